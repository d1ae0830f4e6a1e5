"""When the jobs of a GraphConnection wait and when they are reconciled again."""

from tests.support.connection_story import KEY, SECRET, ConnectionStory, connection, job_by_connection


class TestJobs:
    async def test_wait_without_a_word_until_their_connection_was_tried(self, story: ConnectionStory) -> None:
        story.apply(connection())
        assert story.connections.is_awaited(job_by_connection())
        await story.run()
        assert not story.connections.is_awaited(job_by_connection())
        assert story.woken == [KEY, KEY], "when it came, and when it worked"

    async def test_are_not_woken_by_a_poll_that_finds_nothing_new(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        await story.poll()
        assert story.woken == []

    async def test_are_woken_when_it_breaks_and_when_it_works_again(self, story: ConnectionStory) -> None:
        await story.run(connection())
        story.woken.clear()
        story.secrets.remove(SECRET)
        await story.poll()
        story.secrets.put(SECRET, secret="right")
        await story.poll()
        assert story.woken == [KEY, KEY]

    async def test_are_told_of_a_fault_of_the_operator_too(self, story: ConnectionStory) -> None:
        story.apply(connection())
        await story.reconciler.record_broken(KEY, since=story.clock.now())
        assert not story.connections.is_awaited(job_by_connection())
        assert story.condition()[:2] == ("Unknown", "InternalError")
