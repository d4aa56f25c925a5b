using System.Globalization;
using Navigator.Upstreams;

// By itself: a stand-in for OpenAI, Anthropic and Tavily on loopback, for trying things by hand and for load tests.
//   dotnet run --project tests/Upstreams -- 8089
// Then e.g.  curl -X PUT localhost:8089/_behaviour/answers -d '{"latency_ms": 500}' -H 'Content-Type: application/json'
if (args is not [var port] || !int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 0 or > 65_535)
{
    Console.Error.WriteLine("usage: Upstreams PORT");
    return 2;
}
await using var server = await UpstreamServer.Start(number);
Console.WriteLine($"OpenAI at {server.OpenAi}, Anthropic at {server.Anthropic}, Tavily at {server.Tavily}; behaviour: PUT "
    + $"{server.Address}_behaviour/(embeddings|answers|plans|translations|moderations|search|anthropic_(answers|plans|translations|models))");
await server.Stopped;
return 0;
