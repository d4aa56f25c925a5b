using Navigator.Contracts;
using Navigator.Contracts.Chat;
using Navigator.Runtime;
using Navigator.Runtime.Tools;

namespace Navigator.Workers.Tests.Tools;

/// <summary>Tools that cannot be told apart, or whose commands go nowhere, keep the process from starting.</summary>
public class ToolSetTests
{
    private static readonly ToolDescriptor Web = Shipped.Tools.Find(Tool.WebSearch)!;

    [Fact]
    public void The_queues_are_those_that_a_question_meets_in_order_and_then_those_of_documents() => Assert.Equal(
        [
            "prepare-question", "embed-question", "retrieve-passages", "search-web", "compose-answer", "ingest-document", "embed-passages",
            "deliver-webhook",
        ],
        Shipped.Tools.Queues);

    [Fact]
    public void Two_tools_with_one_name_are_refused() =>
        Assert.Equal("two tools have the name 'web_search'.", Refusal(Other with { Name = Web.Name }));

    [Fact]
    public void Two_tools_with_one_planning_key_are_refused() =>
        Assert.Equal("two tools have the planning key 'web_queries'.", Refusal(Other with { Planning = Web.Planning }));

    [Theory]
    [InlineData("search-web")]
    [InlineData("compose-answer")]
    public void A_queue_takes_the_commands_of_one(string queue) => Assert.Equal(
        $"the queue '{queue}' would take the commands of two.",
        Refusal(Other with { Queue = queue, Command = (job, attempt) => new AskOther(job, attempt, queue) }));

    [Fact]
    public void A_command_without_a_queue_is_refused()
    {
        Assert.Equal("the tool 'other' has no queue.", Refusal(Other with { Queue = "" }));
        Assert.Equal("the command of the tool 'other' goes to 'elsewhere', and its queue is 'ask-other'.",
            Refusal(Other with { Command = (job, attempt) => new AskOther(job, attempt, "elsewhere") }));
    }

    [Theory]
    [InlineData("Other")]
    [InlineData("other tool")]
    [InlineData("format")]
    [InlineData("")]
    public void A_name_that_cannot_be_stored_is_refused(string name) =>
        Assert.Contains("is no name for a tool", Refusal(Other with { Name = new Tool(name) }), StringComparison.Ordinal);

    private static ToolDescriptor Other => Web with
    {
        Name = new Tool("other"),
        Queue = "ask-other",
        Command = (job, attempt) => new AskOther(job, attempt, "ask-other"),
        Planning = Web.Planning with { Key = "other_queries" },
    };

    private static string Refusal(ToolDescriptor added) => Assert.Throws<StartupException>(() => new ToolSet([.. Shipped.Tools, added])).Message;

    private sealed record AskOther(Guid JobId, int Attempt, string To) : JobCommand(JobId, Attempt)
    {
        public override string Queue() => To;
    }
}
