"""Checks what expressions evaluate to: the reference's examples, and what lies between them."""

from datetime import UTC, datetime
from random import Random

import pytest

from graph_simulator.world.expressions.arguments import EvaluationInput
from graph_simulator.world.expressions.catalogue import FUNCTIONS as DESCRIBED
from graph_simulator.world.expressions.errors import EvaluationError, UnsimulatedError
from graph_simulator.world.expressions.evaluator import FUNCTIONS, UNSIMULATED, evaluate
from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.values import Value, list_texts

NOW = datetime(2021, 8, 25, 17, 41, 18, tzinfo=UTC)
PERSON: dict[str, Value] = {
    "givenName": "Zoë",
    "surname": "Smith",
    "empty": "",
    "country": "USA",
    "state": "CA",
    "isOn": True,
    "level": 7,
    "mail": "zoe.smith@contoso.com",
    "proxies": ("smtp:a@b", "SMTP:c@d", "smtp:a@b"),
    "one": ("only",),
    "phone": "+91 9998887777",
    "hired": "2012-03-16-07:00",
}


def texts_of(text: str, **more: Value) -> list[str]:
    inputs = EvaluationInput(PERSON | more, NOW, Random(3))
    return list_texts(evaluate(parse_expression(text), inputs))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Texts
        ('Append([mail], ".test")', "zoe.smith@contoso.com.test"),
        ('Append([missing], ".test")', ".test"),
        ('Prepend("ext-", [country])', "ext-USA"),
        ('Join(", ", "", [surname], [givenName])', "Smith, Zoë"),
        ('Join("|", [proxies], [missing], "z")', "smtp:a@b|SMTP:c@d|smtp:a@b|z"),
        ('Left("John Doe", 3)', "Joh"),
        ('Left("John", 9)', "John"),
        ('Left("John", -1)', "John"),
        ("Left([missing], 2)", ""),
        ('Append(Mid([givenName], 1, 3), Mid([surname], 2, 9))', "Zoëmith"),
        ('Word("The quick brown fox", 3, " ")', "brown"),
        ('Word("This,string!has&many separators", 3, ",!&#")', "has"),
        ('Word("a b", 0, " ")', ""),
        ('Word("a b", 3, " ")', ""),
        ('Word("a b", 1, "")', "a b"),
        ('InStr("The quick brown fox", "quick")', "5"),
        ('InStr("repEated", "e", 3, vbBinaryCompare)', "7"),
        ('InStr("repEated", "e", 3, vbTextCompare)', "4"),
        ('InStr("abc", "z")', "0"),
        ('StripSpaces(" a b\tc ")', "ab\tc"),
        ('Trim("  a b ")', "a b"),
        # Letters
        ('ToLower("ÄBC")', "äbc"),
        ('ToLower("TITLE", "tr-TR")', "t\N{LATIN SMALL LETTER DOTLESS I}tle"),
        ('ToLower("TITLE", "en-US")', "title"),
        ('ToUpper("istanbul", "tr-TR")', "İSTANBUL"),
        ('ToUpper("straße")', "STRAßE"),
        ("NormalizeDiacritics([givenName])", "Zoe"),
        ('NormalizeDiacritics("Łódź, Ærø, Weiß, Ḗ, ǟ, Ǿ, が, 한")', "Lodz, AEroe, Weiss, E, a, OE, が, 한"),
        ('PCase("PABLO GONSALVES (SECOND)")', "Pablo Gonsalves (Second)"),
        ("PCase(\"PINTO-DE'SILVA\", \" '-\")", "Pinto-De'Silva"),
        ("PCase(\"PINTO-DE'SILVA\")", "Pinto-De'silva"),
        ('PCase("b2b_partner")', "B2b_Partner"),
        # Replace
        ('Replace([mail], "@contoso.com", , , "", , )', "zoe.smith"),
        ('Replace([country], "<u>", , , , , "<u>@<u>")', "USA@USA"),
        ('Replace([phone], , "\\\\+(?<isd>\\\\d* )(?<number>\\\\d{10})", , "${number}", , )', "9998887777"),
        ('Replace("+1 (999) 888-7777", , "[()\\\\s+-]+", , "", , )', "19998887777"),
        ('Replace("545 Tremont Street", , "(?<n>^\\\\d*)", "n", "888", , )', "888 Tremont Street"),
        ('Replace([mail], , "(?<Suffix>@(.)*)", "Suffix", "", , )', "zoe.smith"),
        ('Replace([empty], , "\\\\+(?<isd>\\\\d* )(?<n>\\\\d{10})", "n", , [phone], )', "9998887777"),
        ('Replace([country], , "(?<n>\\\\d)", "n", , [phone], )', "USA"),
        ('Replace("john_doe72", , "[a-zA-Z_]*", , "", , )', "72"),
        ('Replace("aba", , "(?<x>a)(b)?", , "$1$$${x}${no}", , )', "b$a${no}$a${no}"),
        # Conditions
        ('IIF([country]="USA", [country], [state])', "USA"),
        ('IIF([country]="usa", "same", "other")', "other"),
        ('IIF([country]="USA",IIF([state]<>"CA","True","False"),"no")', "False"),
        ('IIF([level] >= 7, "high", "low")', "high"),
        ('IIF(DateDiff("d", Now(), CDate([hired])) > 5, "False", "True")', "True"),
        ('IIF([isOn], "on", "off")', "on"),
        ('Switch([state], "none", "NSW", "Sydney", "CA", "Sacramento")', "Sacramento"),
        ('Switch([state], "none", "ca", "Sacramento")', "none"),
        ('Switch([missing], "none", "", "empty")', "empty"),
        ('Switch([isOn], , "False", "no", "True", "yes")', "yes"),
        ("Coalesce([missing], [empty], [mail])", ""),
        ('Coalesce([missing], "default")', "default"),
        ('Not("True")', "False"),
        ('Not("False")', "True"),
        ("Not([missing])", "True"),
        ("CBool([country] = [state])", "False"),
        ("CBool([level])", "True"),
        ('CBool("0")', "False"),
        ("IsNull([missing])", "True"),
        ("IsNull([empty])", "False"),
        ("IsNullOrEmpty([empty])", "True"),
        ("IsPresent([mail])", "True"),
        ("IsString([level])", "False"),
        ("IgnoreFlowIfNullOrEmpty([mail])", "zoe.smith@contoso.com"),
        # Conversions
        ('ConvertToBase64("Hello world!")', "SABlAGwAbABvACAAdwBvAHIAbABkACEA"),
        ('ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")', "Hello world!"),
        ('ConvertToUTF8Hex("Hello world!")', "48656C6C6F20776F726C6421"),
        ("BitAnd(&HF, &HF7)", "7"),
        ("CStr([level])", "7"),
        ("CStr([isOn])", "True"),
        ("Redact([country])", "USA"),
        # Lists
        ("Count([proxies])", "3"),
        ("Count([missing])", "0"),
        ("Count([mail])", "1"),
        ("Item([proxies], 2)", "SMTP:c@d"),
        ("ToUpper([one])", "ONLY"),
        ('SelectUniqueValue(Append([surname], "1"), Append([surname], "2"))', "Smith1"),
        ('SingleAppRoleAssignment([country])', "USA"),
        # Times
        ('CDate("2020-03-16-07:00")', "3/16/2020 7:00:00 AM"),
        ('CDate("2021-06-30+08:00")', "6/29/2021 4:00:00 PM"),
        ('CDate("2009-06-15T01:45:30-07:00")', "6/15/2009 8:45:30 AM"),
        ('CDate("12/31/2020 12:00:00 AM")', "12/31/2020 12:00:00 AM"),
        ("Now()", "8/25/2021 5:41:18 PM"),
        ('DateAdd("d", 7, CDate([hired]))', "3/23/2012 7:00:00 AM"),
        ('DateAdd("d", -10, CDate([hired]))', "3/6/2012 7:00:00 AM"),
        ('DateAdd("ww", 2, CDate([hired]))', "3/30/2012 7:00:00 AM"),
        ('DateAdd("m", 10, CDate([hired]))', "1/16/2013 7:00:00 AM"),
        ('DateAdd("yyyy", 2, CDate([hired]))', "3/16/2014 7:00:00 AM"),
        ('DateAdd("m", 1, CDate("2024-01-31"))', "2/29/2024 12:00:00 AM"),
        ('DateDiff("d", CDate("2021-08-18+08:00"), CDate("2021-08-31+08:00"))', "13"),
        ('DateDiff("d", Now(), CDate([hired]))', "-3449"),
        ('DateDiff("ww", Now(), CDate([hired]))', "-493"),
        ('DateDiff("m", Now(), CDate([hired]))', "-113"),
        ('DateDiff("yyyy", Now(), CDate([hired]))', "-9"),
        ('DateDiff("d", CDate([hired]), CDate([hired]))', "0"),
        ('DateDiff("h", CDate("2021-08-24"), CDate("2021-08-25"))', "24"),
        ('DateDiff("n", CDate("2021-08-24"), CDate("2021-08-25"))', "1440"),
        ('DateDiff("s", CDate("2021-08-24"), CDate("2021-08-25"))', "86400"),
        ("DateFromNum(129699324000000000)", "1/1/2012 11:00:00 PM"),
        ('NumFromDate("2012-01-01T23:00:00Z")', "129699324000000000"),
        ('NumFromDate(Join("", FormatDateTime("2011-12-31-08:00", , "yyyy-MM-ddzzz", "yyyy-MM-dd"), " 23:59:59Z"))',
         "129698495990000000"),
        ('FormatDateTime("20150123105347.1Z", , "yyyyMMddHHmmss.fZ", "yyyy-MM-dd")', "2015-01-23"),
        ('FormatDateTime("1/2/2024 03:04:05 PM", , "M/d/yyyy hh:mm:ss tt", "dddd, d MMMM yyyy H:mm:ss.fff")',
         "Tuesday, 2 January 2024 15:04:05.000"),
        ("FormatDateTime(\"5 Mar 2024\", , \"d MMM yyyy\", \"yy'y' MMM dd \\\\h hhtt zzz\")",
         "24y Mar 05 h 12AM +00:00"),
    ],
)  # fmt: skip
def test_an_expression_has_its_value(text: str, expected: str) -> None:
    assert texts_of(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Split("One, Two", ",")', ["One", "Two"]),
        ("RemoveDuplicates([proxies])", ["smtp:a@b", "SMTP:c@d"]),
        ("[proxies]", ["smtp:a@b", "SMTP:c@d", "smtp:a@b"]),
        ("[missing]", []),
        ("ToLower([missing])", []),
        ('Replace([missing], "a", , , "b", , )', []),
        ("IgnoreFlowIfNullOrEmpty([empty])", []),
        ('Switch([state], , "NSW", "Sydney")', []),
        ("Item([proxies], 4)", []),
        ("SingleAppRoleAssignment([missing])", []),
        ('FormatDateTime([missing], , "yyyy", "yyyy")', []),
    ],
)
def test_an_expression_may_have_several_values_or_none(text: str, expected: list[str]) -> None:
    assert texts_of(text) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('IIF([missing]="", "Other", [missing])', "The condition of IIF has the attribute [missing], which has no value"
                                                  " here: the check fails. Use Switch for values that may be missing."),
        ('IIF(IsPresent([empty]), "a", "b")', "The condition of IIF has the attribute [empty], which has no value here:"
                                              " the check fails. Use Switch for values that may be missing."),
        ('IIF([country], "a", "b")', "'USA' is neither true nor false."),
        ('Mid([mail], 0, 3)', "Mid cannot take 3 characters from the index 0 on: the first index is 1."),
        ('Mid([mail], "x", 3)', "'x' is no whole number."),
        ('Item([proxies], 0)', "Item has no index 0: the first is 1."),
        ('InStr("a", "b", 0)', "InStr cannot start at 0: the first position is 1."),
        ('InStr("a", "b", 1, "c")', "InStr compares by vbTextCompare or vbBinaryCompare, not by 'c'."),
        ('ToLower("a", "1")', "'1' is no name of a culture, such as en-US."),
        ('Replace([mail], "", , , "b", , )', "Replace cannot look for an empty text."),
        ('Replace([mail], , "(?<a>b)", "c", "d", , )', "The regular expression has no group with the name 'c'."),
        ('Replace([mail], , "(", , "d", , )', "'(' is no regular expression: missing ), unterminated subpattern at"
                                             " position 0."),
        ('ConvertFromBase64("%")', "'%' is no text in base 64."),
        ('ConvertFromBase64("é")', "'é' is no text in base 64."),
        ('CBool("--5")', "'--5' is neither true nor false."),
        ('Split("a", "")', "Split cannot split at an empty text."),
        ("SingleAppRoleAssignment([proxies])", "SingleAppRoleAssignment supports one role, and the object has 3."),
        ('CDate("soon")', "'soon' is no date."),
        ('CDate("2021-02-30")', "'2021-02-30' is no date."),
        ('DateAdd("q", 1, Now())', "There is no interval 'q'. Use one of yyyy, m, ww, d, h, n, s."),
        ('DateAdd("yyyy", 9000, Now())', "8/25/2021 5:41:18 PM cannot be moved by 9000 'yyyy'."),
        ('FormatDateTime("2015", , "yyyy-MM-dd", "yyyy")', "The date '2015' does not have the format 'yyyy-MM-dd'."),
        ("RandomString(4, 2, 2, 2, 2)", "RandomString cannot give 4 characters: it needs 8, and 256 at most."),
        ('RandomString(4, 1, 0, 0, 0, "0123456789")', "RandomString avoids all characters of a kind that it must use."),
    ],
)  # fmt: skip
def test_an_expression_without_a_value_says_why(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        texts_of(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        "DefaultDomain()",
        "AppRoleAssignmentsComplex([appRoleAssignments])",
        "ToLower([proxies])",
        'ToLower("a", "lt-LT")',
        'Replace([mail], "a", "b", , , , )',
        'Replace([mail], , "\\\\p{L}", , "b", , )',
        'IIF([country] > "USA", "a", "b")',
        'Split("a b")',
        'CDate("16 March 2020")',
        "Item([proxies], 1.5)",
        'FormatDateTime([hired], "None", "yyyy", "yyyy")',
        'FormatDateTime("1", , "d", "yyyy")',
        'FormatDateTime("5 Mar", , "d MMM", "yyyy")',
        'FormatDateTime("2015 2015", , "yyyy yyyy", "yyyy")',
        'FormatDateTime("2015-01", , "yyyy-MM", "gg yyyy")',
    ],
)
def test_what_no_source_describes_has_no_value(text: str) -> None:
    with pytest.raises(UnsimulatedError, match=r"is not simulated\. [A-Z].*\.$"):
        texts_of(text)


def test_a_branch_that_is_not_taken_is_not_evaluated() -> None:
    assert texts_of('IIF([country]="USA", "a", CDate("soon"))') == ["a"]
    assert texts_of('Switch([state], CDate("soon"), "CA", "a")') == ["a"]


def test_every_function_can_be_evaluated_or_says_why_not() -> None:
    assert set(FUNCTIONS) | set(UNSIMULATED) == set(DESCRIBED)
    assert not set(FUNCTIONS) & set(UNSIMULATED)


class TestRandomValues:
    def test_are_those_of_the_seed(self) -> None:
        assert texts_of("Guid()") == texts_of("Guid()")
        (guid,) = texts_of('Join(" ", Guid(), Guid())')
        first, second = guid.split()
        assert first != second

    def test_have_what_was_asked_for(self) -> None:
        (drawn,) = texts_of('RandomString(10, 2, 2, 2, 1, "?,")')
        assert len(drawn) == 10
        assert sum(letter.isdigit() for letter in drawn) >= 2
        assert sum(letter.isupper() for letter in drawn) >= 2
        assert sum(letter.islower() for letter in drawn) >= 1
        assert sum(not letter.isalnum() for letter in drawn) >= 2
        assert not set(drawn) & set("?,")

    def test_have_special_characters_only_on_request(self) -> None:
        (drawn,) = texts_of("RandomString(200, 3, 0, 0, 3)")
        assert drawn.isalnum()
