"""The clouds that an install defines, and how a wrong file is refused."""

import json
from pathlib import Path

import pytest

from entrasync.graph.wire.clouds import CLOUDS
from entrasync.process.settings.clouds import read_clouds
from tests.support.certificates import certificate_pem, make_certificate


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clouds.yaml"


def test_without_a_file_there_are_microsofts_clouds() -> None:
    assert read_clouds(None) == CLOUDS


def test_a_file_adds_clouds_to_microsofts(file: Path) -> None:
    file.with_name("ca.pem").write_text("PEM")
    file.write_text(
        "Sealed: {graphUrl: 'https://graph.example/', authority: 'https://login.example', caFile: ca.pem}\n"
        "Plain: {graphUrl: 'https://g.example', authority: 'https://l.example'}\n"
    )
    clouds = read_clouds(file)
    assert set(clouds) == {*CLOUDS, "Sealed", "Plain"}
    sealed = clouds["Sealed"]
    assert (sealed.graph_url, sealed.authority) == ("https://graph.example", "https://login.example")
    assert sealed.ca_file == file.with_name("ca.pem"), "found beside the file that names it"
    assert clouds["Plain"].ca_file is None


def test_a_cloud_may_have_a_ca_as_text_and_an_exchange_audience(file: Path) -> None:
    pem = certificate_pem(make_certificate())
    entry = {
        "graphUrl": "https://g.example",
        "authority": "https://l.example",
        "ca": pem,
        "exchangeAudience": "api://x",
    }
    file.write_text(json.dumps({"Sealed": entry}))
    sealed = read_clouds(file)["Sealed"]
    assert (sealed.ca_pem, sealed.exchange_audience) == (pem, "api://x")


def test_a_cloud_may_list_further_hosts_of_its_login(file: Path) -> None:
    entry = {"graphUrl": "https://g.example", "authority": "https://l.example", "loginHosts": ["Tokens.example:8443"]}
    file.write_text(json.dumps({"Sealed": entry}))
    assert read_clouds(file)["Sealed"].all_login_hosts == {"l.example", "tokens.example:8443"}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[]", "must map names of clouds to graphUrl, authority and caFile"),
        ("{", "cannot be read as YAML"),
        ("Mine: {authority: 'https://l.example'}", "cloud Mine: graphUrl: Field required"),
        ("Mine: {graphUrl: 'http://g', authority: 'https://l'}", "cloud Mine: graph_url must begin with https://"),
        (
            "Mine: {graphUrl: 'https://g', authority: 'https://l', x: 1}",
            "cloud Mine: x: Extra inputs are not permitted",
        ),
        ("Mine: {graphUrl: 'https://g', authority: 'https://l', caFile: no.pem}", "cloud Mine: caFile"),
        (
            "no_name: {graphUrl: 'https://g', authority: 'https://l'}",
            'Cloud "no_name" must have a name of letters, digits',
        ),
        (
            "Global: {graphUrl: 'https://g', authority: 'https://l'}",
            "Cloud Global has the name of one of Microsoft's own: take another",
        ),
        (
            "Mine: {graphUrl: 'https://g', authority: 'https://l', ca: x}",
            "Cloud Mine must have a certificate in PEM form",
        ),
        ("Mine: true", "cloud Mine"),
    ],
)
def test_a_wrong_file_is_refused_with_the_fault_of_its_cloud(file: Path, content: str, words: str) -> None:
    file.write_text(content)
    with pytest.raises(ValueError, match=r"--clouds-file") as refusal:
        read_clouds(file)
    assert words in str(refusal.value)


def test_a_missing_file_is_refused(file: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read as YAML"):
        read_clouds(file)
