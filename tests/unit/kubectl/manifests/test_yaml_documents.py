"""YAML as kubectl reads it, with the line of each field."""

from typing import Any

import pytest

from kubectl_entrasync.manifests.yaml_documents import YamlError, read_documents


def read(text: str) -> Any:
    [document] = read_documents(text.encode())
    return document.content


class TestAPlainText:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("2026-11-21", "2026-11-21"),
            ("2026-11-21T03:00:00Z", "2026-11-21T03:00:00Z"),
            ("12:30", "12:30"),
            ("y", True),
            ("off", False),
            ("~", None),
            ("1e3", 1000),
            ("5.0", 5),
            ("1.5", 1.5),
            ("0x1F", 31),
            ("010", 8),
            ("'5'", "5"),
            ("v1", "v1"),
        ],
    )
    def test_means_what_it_means_to_kubernetes(self, text: str, value: Any) -> None:
        found = read(f"field: {text}")["field"]
        assert (found, type(found)) == (value, type(value))

    def test_is_a_text_where_it_names_a_member(self) -> None:
        assert read("on: 1\n5: 2\n") == {"true": 1, "5": 2}


class TestADocument:
    def test_knows_the_line_of_each_field(self) -> None:
        [document] = read_documents(b"a: 1\n\nspec:\n  items:\n  - name: x\n  - name: y\n    value: z\n")
        assert document.find_line(("spec", "items", 1, "value")) == 7
        assert document.find_line(("spec", "items", 0)) == 5

    def test_says_the_line_of_what_is_around_a_field_that_is_missing(self) -> None:
        [document] = read_documents(b"a: 1\nspec:\n  b: 2\n")
        assert document.find_line(("spec", "missing", "deeper")) == 2

    def test_that_is_empty_is_passed_over(self) -> None:
        assert [each.line for each in read_documents(b"---\na: 1\n---\n---\n# nothing\n---\nb: 2\n")] == [2, 7]

    def test_names_keys_that_stand_twice(self) -> None:
        [document] = read_documents(b"a: 1\nlist:\n- b: 1\n  b: 2\n")
        assert document.repeated == (("b", 4),)


class TestATextThatIsNoYaml:
    @pytest.mark.parametrize(
        ("text", "line", "words"),
        [
            ("a: 1\nb: [\n", 3, "node"),
            ("a: {{ .Values.x }}\n", 1, "unhashable"),
            ("a: 1\nb: !secret x\n", 2, "could not determine a constructor"),
            ("a: &x [*x]\n", 1, "contains itself"),
        ],
    )
    def test_is_refused_with_the_line(self, text: str, line: int, words: str) -> None:
        with pytest.raises(YamlError) as refusal:
            list(read_documents(text.encode()))
        assert refusal.value.line == line
        assert words in str(refusal.value)

    def test_is_refused_where_its_bytes_are_no_text(self) -> None:
        with pytest.raises(YamlError):
            list(read_documents(b"a: \xff\xfe\n"))
