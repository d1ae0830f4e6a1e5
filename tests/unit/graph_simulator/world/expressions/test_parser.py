"""Checks the parser of expressions, what it refuses, and that what is written parses to the same."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph_simulator.world.expressions.catalogue import CONDITION, FUNCTIONS, Parameter
from graph_simulator.world.expressions.errors import ExpressionSyntaxError, UnsimulatedError
from graph_simulator.world.expressions.parser import parse_expression
from graph_simulator.world.expressions.tree import Attribute, Call, Comparison, Constant, Expression
from graph_simulator.world.expressions.writer import write_source, write_text

NAMES = st.text("abcXYZ019:.-_ ", min_size=1).map(str.strip).filter(bool).map(Attribute)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(Constant)
NUMBERS = st.integers().map(lambda number: Constant(str(number), is_quoted=False))
NESTED_ONLY_OUTSIDE = "SelectUniqueValue"
CALLED = sorted(set(FUNCTIONS) - {NESTED_ONLY_OUTSIDE})


def named(source: dict[str, Any]) -> list[tuple[str, str]]:
    return [(pair["key"], pair["value"]["expression"]) for pair in source["parameters"]]


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "tree"),
        [
            ("[mail]", Attribute("mail")),
            (' "a \\"b\\" \\\\ c" ', Constant('a "b" \\ c')),
            ("Now()", Call("Now")),
            ('[urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department]',
             Attribute("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department")),
            ('[emails[type eq "work"].value]', Attribute('emails[type eq "work"].value')),
            ('Append([mail],\n\t"x")', Call("Append", (Attribute("mail"), Constant("x")))),
            ("Item([a], -1)", Call("Item", (Attribute("a"), Constant("-1", is_quoted=False)))),
            ('Switch([a], , "b", "c")',
             Call("Switch", (Attribute("a"), None, Constant("b"), Constant("c")))),
            ('CBool([a]<>"b")', Call("CBool", (Comparison("<>", Attribute("a"), Constant("b")),))),
            ("BitAnd(&HF, &hf7)",
             Call("BitAnd", (Constant("&HF", is_quoted=False), Constant("&hf7", is_quoted=False)))),
        ],
    )  # fmt: skip
    def test_gives_the_tree(self, text: str, tree: Expression) -> None:
        assert parse_expression(text) == tree

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "A function, an attribute in brackets, a text in quotation marks or a number is expected at position"
                 " 1, but the expression ends there."),
            ("[mail", "The attribute that begins at position 1 has no closing bracket."),
            ("[]", "The brackets at position 1 have no name of an attribute in them."),
            ('Append([a], "x', "The text that begins at position 13 has no closing quotation mark."),
            ('"a\\d"', "The backslash at position 3 is followed by neither a backslash nor a quotation mark. Write two"
                       " backslashes for one."),
            ('Append([a] "x")', "A comma or the closing parenthesis of Append is expected at position 12, but 'x' was"
                                " found."),
            ("Append([a]", "A comma or the closing parenthesis of Append is expected at position 11, but the expression"
                           " ends there."),
            ("Append([a])", "Append at position 1 needs its parameter 2, 'suffix', which is missing before position"
                            " 11."),
            ("Append([a], )", "Append at position 1 needs its parameter 2, 'suffix', which is missing before position"
                              " 13."),
            ('Trim(Not([a], "b"))', "Not at position 6 takes 1 parameters, not 2."),
            ("[a] b", "The expression should end at position 5, but 'b' was found."),
            ('[a] = "b"', "The comparison '=' at position 5 does not stand where a condition is expected, as in"
                          ' IIF([a] = "b", "c", "d").'),
            ('Append([a] = "b", "c")', "The comparison '=' at position 12 does not stand where a condition is expected,"
                                       ' as in IIF([a] = "b", "c", "d").'),
            ("Tolower([a])", "There is no function 'Tolower', which is named at position 1. Did you mean ToLower? Names"
                             " are case-sensitive."),
            ("Trim(Frobnicate([a]))", "There is no function 'Frobnicate', which is named at position 6."),
            ("Trim(mail)", "'mail' at position 6 is neither in brackets nor in quotation marks, and no parenthesis"
                           " follows it as one follows a function."),
            ("Trim([a]) ; Trim([b])", "The character ';' at position 11 begins nothing that is known."),
            ('Switch([a], "b", "c")', "Switch at position 1 needs a value for each key after its first two parameters;"
                                      " it has 3 parameters."),
            ("Trim(SelectUniqueValue([a], [b]))", "SelectUniqueValue at position 6 stands in another function. It must"
                                                  " be the outermost one."),
            ("SelectUniqueValue([a])", "SelectUniqueValue at position 1 needs at least 2 rules."),
        ],
    )  # fmt: skip
    def test_tells_what_is_wrong_and_where(self, text: str, message: str) -> None:
        with pytest.raises(ExpressionSyntaxError) as caught:
            parse_expression(text)
        assert str(caught.value) == message

    def test_ends_at_a_depth_that_no_source_tells(self) -> None:
        parse_expression("Trim(" * 50 + "[a]" + ")" * 50)
        with pytest.raises(UnsimulatedError, match="more than 50 levels of functions is not simulated"):
            parse_expression("Trim(" * 51 + "[a]" + ")" * 51)


def arguments_of(inner: st.SearchStrategy[Expression], parameter: Parameter) -> st.SearchStrategy[Any]:
    compared = st.builds(Comparison, st.sampled_from(["=", "<>", ">", ">=", "<", "<="]), inner, inner)
    taken = inner | compared if parameter.type == CONDITION else inner
    if parameter.repeats:
        return st.lists(st.tuples(taken, taken), min_size=1, max_size=2).map(lambda pairs: sum(pairs, ()))
    return (taken if parameter.is_required else st.none() | taken).map(lambda argument: (argument,))


def calls_of(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    def call(name: str) -> st.SearchStrategy[Expression]:
        places = [parameter for parameter in FUNCTIONS[name] if name != "Coalesce" or parameter.repeats]
        parts = st.tuples(*(arguments_of(inner, parameter) for parameter in places))
        return parts.map(lambda found: Call(name, sum(found, ())))

    return st.sampled_from(CALLED).flatmap(call)


class TestWriting:
    @given(st.recursive(NAMES | TEXTS | NUMBERS, calls_of, max_leaves=12))
    def test_gives_a_text_that_parses_to_the_same_tree(self, tree: Expression) -> None:
        assert parse_expression(write_text(tree)) == tree

    def test_names_the_parameters_that_are_there_as_graph_does(self) -> None:
        source = write_source(parse_expression('Replace([mail],,"\\\\d(?<x>a)",,"",,)'))
        assert source["expression"] == 'Replace([mail], , "\\\\d(?<x>a)", , "", , )'
        assert (source["name"], source["type"]) == ("Replace", "Function")
        assert named(source) == [
            ("source", "[mail]"),
            ("RegularExpression", '"\\\\d(?<x>a)"'),
            ("Replacement", '""'),
        ]

    def test_gives_all_arguments_of_a_repeated_parameter_its_name(self) -> None:
        switch = named(write_source(parse_expression('Switch([IsSoftDeleted], , "False", "True")')))
        assert switch == [("source", "[IsSoftDeleted]"), ("switchValue", '"False"'), ("switchValue", '"True"')]
        joined = named(write_source(parse_expression('Join(" ", [givenName], [surname])')))
        assert joined == [("separator", '" "'), ("source", "[givenName]"), ("source", "[surname]")]

    def test_writes_constants_and_attributes_without_parameters(self) -> None:
        source = write_source(parse_expression("Mid([a], 1, 3)"))
        assert [pair["value"] for pair in source["parameters"]][1] == {
            "expression": "1",
            "name": "1",
            "parameters": [],
            "type": "Constant",
        }
