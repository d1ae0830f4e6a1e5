"""Every message that the code can build says what, where, and what to do, in whole sentences."""

import ast

import pytest

from entrasync.core.decision.condition import MAX_MESSAGE_LENGTH
from entrasync.graph.auth.login_errors import ADVICE, USUAL_ADVICE
from tests.support.messages import faults
from tests.support.messages.faults import FAULTS, FAULTS_OF_A_CALL_TO_A_PERSON, LONGEST, Rule
from tests.support.messages.places import (
    CLASSES_OF_OTHERS,
    ONLY_NEWS,
    PASSED_ON,
    Message,
    find_messages,
    messages_of_the_operator,
)
from tests.support.messages.program import Program, operator
from tests.support.messages.samples import ANY

FAULTY: tuple[tuple[Rule, str], ...] = (
    (faults.begins_without_capital_or_name, "the job has gone."),
    (faults.ends_without_full_stop, "The job has gone"),
    (faults.ends_without_full_stop, "The certificate has expired; make a new one"),
    (faults.has_doubled_or_stray_spaces, "The job  has gone."),
    (faults.has_doubled_or_stray_spaces, "The job has gone . It is looked for."),
    (faults.has_doubled_or_stray_spaces, "The job has gone. "),
    (faults.breaks_the_line, "The job\nhas gone."),
    (faults.joins_without_space, "The job has gone.Delete the resource."),
    (faults.doubles_its_punctuation, "The job has gone.. It is looked for."),
    (faults.doubles_its_punctuation, "Entra refused the secret: it has expired.; make a new one."),
    (faults.doubles_its_punctuation, "Graph refused the credentials (400: no token.). Correct their source."),
    (faults.shows_none, "Job None has gone."),
    (faults.shows_python, "Job 'contoso' has gone."),
    (faults.shows_python, "The settings ['a', 'b'] are not known."),
    (faults.shows_python, "There is no answer (ConnectError)."),
    (faults.shows_python, "<Job object at 0x7f> has gone."),
    (faults.chains_errors, "There is no answer: error: cannot connect."),
    (faults.has_half_a_sentence, "Graph does not show the job; tried again."),
    (faults.names_a_time_without_zone, "The job was started at 10:15:00."),
    (faults.names_a_time_without_zone, "The job was started at 2026-11-29T10:15:00."),
    (faults.is_too_long, "The job has gone, and " * 60 + "is missed."),
    (faults.does_not_say_what_to_do, "Job contoso has gone, and spec.jobId names it."),
    (faults.does_not_say_where, "It cannot be read. Correct it."),
)

SOUND = (
    "Job contoso has gone, and spec.jobId names it. Delete the resource, or change that field.",
    "spec.jobId is contoso, but this resource holds job hr. Set it to that one again.",
    'Graph refused to read the job (404: "It is not so."). Correct what Graph names, in spec or in the tenant.',
    "None of them was saved. Check the job since 2026-11-29 10:15:00 UTC, 10:15 UTC or 2026-11-29T10:15:00Z.",
    "There is no Secret hr/contoso. Entra's advice: create it, or correct the reference in spec.",
    "--clouds-file: Contoso must map names of clouds to graphUrl, e.g. https://graph.example.com.",
)


class TestFaults:
    @pytest.mark.parametrize(("rule", "text"), FAULTY)
    def test_each_rule_finds_its_fault(self, rule: Rule, text: str) -> None:
        assert rule(text) is not None

    @pytest.mark.parametrize("rule", [*FAULTS, *FAULTS_OF_A_CALL_TO_A_PERSON], ids=lambda rule: rule.__name__)
    def test_each_rule_finds_nothing_in_sound_messages(self, rule: Rule) -> None:
        assert {text: rule(text) for text in SOUND if rule(text)} == {}

    def test_each_rule_has_a_faulty_example(self) -> None:
        assert {rule for rule, _ in FAULTY} == {*FAULTS, *FAULTS_OF_A_CALL_TO_A_PERSON}


def made_by(*lines: str) -> dict[str, tuple[str, ...]]:
    """Return the texts of the messages of a small program, by maker."""
    head = ("class Stall:", "    reason: Reason", "    message: str", "")
    program = Program({"small": "\n".join((*head, *lines))})
    return {message.maker: message.texts for message in find_messages(program)}


class TestWalk:
    def test_a_new_class_with_a_message_is_found(self) -> None:
        assert made_by("class Hint:", "    message: str", "Hint('so')") == {"Hint": ("so",)}

    def test_a_class_inherits_its_message(self) -> None:
        assert made_by("class Halt(Stall):", "    after: int", "Halt(1, 'so', 5)") == {"Halt": ("so",)}

    def test_a_line_of_the_log_is_found_with_its_values(self) -> None:
        assert made_by("LOG.info('%d jobs', count)") == {"info": ("3 jobs",)}

    def test_a_text_that_is_named_a_message_is_found(self) -> None:
        assert made_by("def note():", "    message = f'Job {name}'", "    store[key] = message") == {
            "message": ("Job contoso",)
        }

    def test_both_sides_of_a_condition_are_walked(self) -> None:
        assert made_by("Stall(R, 'Job a.' if x else 'Job b.')") == {"Stall": ("Job a.", "Job b.")}

    def test_a_text_is_followed_through_variables_constants_and_functions(self) -> None:
        lines = ("END = ' now.'", "def name(x) -> str:", "    return 'a' if x else 'b'")
        made = made_by(*lines, "def rule(x):", "    text = f'Job {name(x)}'", "    return Stall(R, text + END)")
        assert made == {"Stall": ("Job a now.", "Job b now.")}

    def test_a_parameter_is_what_the_callers_give(self) -> None:
        lines = ("def stall(why: str):", "    return Stall(R, f'It is {why}.')", "stall('old')", "stall(why='new')")
        assert made_by(*lines) == {"Stall": ("It is old.", "It is new.")}

    def test_a_list_is_walked_with_one_item_and_with_two(self) -> None:
        made = made_by("Stall(R, ', '.join(f'key {x.name}' for x in keys))")
        assert made == {"Stall": ("key contoso", "key contoso, key contoso")}

    def test_a_missing_value_shows_unless_the_function_asks_first(self) -> None:
        lines = ("def rule(x):", "    key = 'a' if x else None")
        assert made_by(*lines, "    return Stall(R, f'It is {key}')")["Stall"] == ("It is a", "It is None")
        assert made_by(*lines, "    return Stall(R, f'It is {key}') if key else None")["Stall"] == ("It is a",)

    def test_a_repr_is_written_as_python_writes_it(self) -> None:
        assert made_by("Stall(R, f'It is {x.name!r}')") == {"Stall": ("It is 'contoso'",)}


class TestMessages:
    def test_the_messages_are_found(self) -> None:
        found = messages_of_the_operator()
        assert len(found) > 150
        assert {message.kind for message in found} == {"verdict", "condition", "event", "error", "log", "refusal"}

    @pytest.mark.parametrize("message", messages_of_the_operator(), ids=lambda message: message.place)
    def test_each_message_is_whole_sentences_that_say_what_where_and_what_to_do(self, message: Message) -> None:
        assert message.faults() == []

    @pytest.mark.parametrize("message", messages_of_the_operator(), ids=lambda message: message.place)
    def test_each_message_has_words_of_its_own_or_hands_one_on(self, message: Message) -> None:
        """A message of which the walk knows nothing would pass every rule."""
        assert all(text != ANY for text in message.texts)

    def test_no_text_is_written_as_python_writes_it(self) -> None:
        found = [
            f"{name}:{node.lineno}"
            for name, module in operator().modules.items()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
        ]
        assert found == []

    def test_the_words_of_others_and_lists_have_room_beside_our_own(self) -> None:
        assert LONGEST <= MAX_MESSAGE_LENGTH / 2

    @pytest.mark.parametrize("advice", [*ADVICE.values(), *USUAL_ADVICE.values()])
    def test_each_advice_to_a_refused_login_says_what_to_do(self, advice: str) -> None:
        assert faults.does_not_say_what_to_do(advice) is None

    def test_each_exception_of_the_walk_is_still_there(self) -> None:
        program = operator()
        functions = {(name, function) for name, module in program.modules.items() for function in module.functions}
        reasons = "".join(message.arguments for message in messages_of_the_operator())
        assert PASSED_ON.keys() <= functions
        assert CLASSES_OF_OTHERS.keys() <= {node.name for _, node in program.classes()}
        assert [name for name in ONLY_NEWS if f"Reason.{name}" not in reasons] == []
