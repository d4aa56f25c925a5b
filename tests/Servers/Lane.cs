namespace Navigator.Servers;

/// <summary>
/// Which tests run. <c>make test</c> runs all of them. <c>make quick</c> sets NAVIGATOR_TESTS=quick and leaves out what says that it needs
/// more: <c>[Trait("Needs", "Servers")]</c> for RabbitMQ or PostgreSQL, <c>[Trait("Needs", "Time")]</c> for many seconds.
/// </summary>
public static class Lane
{
    public static bool IsQuick { get; } = Environment.GetEnvironmentVariable("NAVIGATOR_TESTS") == "quick";
}
