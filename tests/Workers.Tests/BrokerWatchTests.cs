using Navigator.Runtime.Broker;

namespace Navigator.Workers.Tests;

public class BrokerWatchTests
{
    [Theory]
    [InlineData(true, 0, 1, true, false)]   // nothing to do
    [InlineData(true, 0, 0, true, true)]    // nobody consumes
    [InlineData(false, 0, 0, true, true)]   // the queue is gone
    [InlineData(true, 5, 1, true, true)]    // messages lie ready, and this process got none
    [InlineData(true, 5, 1, false, false)]  // it is not idle
    public void A_consumer_has_vanished_when_messages_lie_ready_and_none_arrives(bool exists, int ready, int consumers, bool idle, bool vanished) =>
        Assert.Equal(vanished, ConsumerWatch.LooksVanished(new QueueSample("q", exists, ready, consumers), idle));

    [Theory]
    [InlineData(0, 0, true)]
    [InlineData(3, 0, false)]   // it gets some
    [InlineData(0, 4, false)]   // it has its hands full
    public void A_process_is_idle_when_it_got_nothing_and_has_nothing_in_hand(int delivered, int inFlight, bool idle) =>
        Assert.Equal(idle, new Activity(10 + delivered, inFlight).IsIdleSince(new Activity(10, 0)));

    [Theory]
    [InlineData(2, 2, true, false)]     // as many as others have
    [InlineData(1, 2, true, true)]      // one is missing, and this process gets nothing
    [InlineData(1, 2, false, false)]    // one is missing, and it is not this one's
    public void A_consumer_may_be_missing_where_other_queues_have_more(int consumers, int most, bool idle, bool isShort) =>
        Assert.Equal(isShort, ConsumerWatch.LooksShort(new QueueSample("q", true, 0, consumers), most, idle));

    [Theory]
    [InlineData("compose-answer_error", "compose-answer")]
    [InlineData("search-web_skipped", "search-web")]
    [InlineData("search-web", null)]
    [InlineData("other_error", null)]
    [InlineData("_error", null)]
    public void An_error_queue_is_known_by_the_queue_it_belongs_to(string queue, string? origin) =>
        Assert.Equal(origin, ErrorQueues.OriginOf(queue, Shipped.Tools));
}
