using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Navigator.EndToEnd.Tests;

/// <summary>A collector that takes OTLP over HTTP and keeps the spans.</summary>
internal sealed class CollectorServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<ReceivedSpan> spans = new();
    private readonly ConcurrentQueue<string> bodies = new();

    public CollectorServer()
    {
        // Above the ports that other tests name, below those that the system gives to callers.
        Address = $"http://127.0.0.1:{Random.Shared.Next(27_700, 27_900)}/";
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = Listen();
    }

    public string Address { get; }

    public IReadOnlyList<ReceivedSpan> Spans => [.. spans];

    /// <summary>Everything that was sent, spans and metrics. Texts are readable in it, because OTLP does not compress.</summary>
    public string Everything => string.Join('\n', bodies);

    /// <summary>What a process needs to send everything here at once.</summary>
    public (string Key, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"), ("Telemetry__SampleRatio", "1"),
    ];

    public void Dispose() => listener.Close();

    private async Task Listen()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return; // the test is over
            }
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            bodies.Enqueue(Encoding.Latin1.GetString(body.ToArray()));
            if (context.Request.Url!.AbsolutePath == "/v1/traces")
                foreach (var resource in Fields(body.ToArray(), 1))
                    foreach (var scope in Fields(resource, 2))
                        foreach (var span in Fields(scope, 2))
                            spans.Enqueue(Read(span));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private static ReceivedSpan Read(byte[] span) => new(
        Hex(span, 1), Hex(span, 2), Hex(span, 4), Encoding.UTF8.GetString(Fields(span, 5).FirstOrDefault() ?? []));

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).FirstOrDefault() ?? []);

    /// <summary>The values of one length-delimited field of a protobuf message.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int field)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0:
                    Varint(message, ref at);
                    break;
                case 1:
                    at += 8;
                    break;
                case 5:
                    at += 4;
                    break;
                default:
                    var length = (int)Varint(message, ref at);
                    if (tag >> 3 == (ulong)field)
                        yield return message[at..(at + length)];
                    at += length;
                    break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        for (var (value, shift) = (0UL, 0); ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
                return value;
        }
    }
}

/// <param name="Parent">Empty for the first span of a trace.</param>
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name);
