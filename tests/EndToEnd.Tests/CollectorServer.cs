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
        // Ports that no other test names, below those that the system gives to callers.
        Address = $"http://127.0.0.1:{Random.Shared.Next(27_600, 27_700)}/";
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
                foreach (var process in Fields(body.ToArray(), 1))
                    foreach (var source in Fields(process, 2))
                        foreach (var span in Fields(source, 2))
                            spans.Enqueue(Read(span, ServiceOf(process), Text(First(source, 1), 1)));
            context.Response.ContentType = "application/x-protobuf";
            context.Response.Close();
        }
    }

    private static ReceivedSpan Read(byte[] span, string service, string source) => new(Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5))
    {
        Service = service,
        Source = source,
        Start = Time(span, 7),
        End = Time(span, 8),
        Links = [.. Fields(span, 13).Select(link => Hex(link, 2))],
        HasFailed = First(First(span, 15), 3) is [2, ..],
    };

    private static string ServiceOf(byte[] process) => Fields(First(process, 1), 1).Where(attribute => Text(attribute, 1) == "service.name")
        .Select(attribute => Text(First(attribute, 2), 1)).FirstOrDefault("");

    private static byte[] First(byte[] message, int field) => Fields(message, field).FirstOrDefault() ?? [];

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(First(message, field));

    private static string Text(byte[] message, int field) => Encoding.UTF8.GetString(First(message, field));

    /// <summary>Nanoseconds since 1970.</summary>
    private static DateTime Time(byte[] message, int field) => DateTime.UnixEpoch.AddTicks(BitConverter.ToInt64(First(message, field)) / 100);

    /// <summary>The values of one field of a protobuf message, numbers as their bytes.</summary>
    private static IEnumerable<byte[]> Fields(byte[] message, int field)
    {
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            var value = (tag & 7) switch
            {
                0 => BitConverter.GetBytes(Varint(message, ref at)),
                1 => Taken(8, ref at),
                5 => Taken(4, ref at),
                _ => Taken((int)Varint(message, ref at), ref at),
            };
            if (tag >> 3 == (ulong)field)
                yield return value;
        }

        byte[] Taken(int length, ref int from)
        {
            from += length;
            return message[(from - length)..from];
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
internal sealed record ReceivedSpan(string Trace, string Id, string Parent, string Name)
{
    /// <summary>The kind of process.</summary>
    public required string Service { get; init; }

    /// <summary>The library that made the span.</summary>
    public required string Source { get; init; }

    public required DateTime Start { get; init; }

    public required DateTime End { get; init; }

    /// <summary>The ids of the spans that it links to.</summary>
    public required IReadOnlyList<string> Links { get; init; }

    public required bool HasFailed { get; init; }
}
