using System.Text;
using System.Text.Json;
using Navigator.Servers;
using Navigator.Upstreams;

namespace Navigator.EndToEnd.Tests;

/// <summary>docs/prompts.md is what a real run sends to its models; NAVIGATOR_WRITE_DOCS=1 writes it anew.</summary>
public sealed class PromptsDocTests
{
    private static readonly string Path = System.IO.Path.Combine(ServerSet.Root, "docs", "prompts.md");

    private static readonly (string Upstream, int Call, string Title)[] Calls =
    [
        ("translations", 0, "The question is translated in"),
        ("moderations", 0, "It is screened"),
        ("plans", 0, "It is planned"),
        ("answers", 0, "The answer is written"),
        ("translations", 1, "The answer is translated out"),
        ("plans", 1, "A second question of the same conversation is planned"),
        ("answers", 1, "An answer that could not be used is sent back once"),
    ];

    [Fact]
    public async Task Docs_prompts_shows_what_the_code_sends()
    {
        await using var upstreams = await UpstreamServer.Start();
        await using var system = await NavigatorSystem.Start(0, upstreams);
        var first = await system.Ask("¿Cuánto cuesta un viaje en ambulancia con mi plan?");
        upstreams.Set("answers", new Behaviour { Fault = Fault.Says, Says = "It is free of charge.", Times = 1 });
        await system.End(
            await system.Submit(new
            {
                question = "And a visit to the emergency room?",
                conversation_id = first.GetProperty("conversation_id").GetString(),
                web = false
            }), TimeSpan.FromSeconds(30));
        // The call before the repaired one is the one that was sent back.
        var doc = Write(upstreams);

        if (Environment.GetEnvironmentVariable("NAVIGATOR_WRITE_DOCS") == "1")
            await File.WriteAllTextAsync(Path, doc);

        Assert.True(doc == await File.ReadAllTextAsync(Path), "docs/prompts.md is not what the code sends: make prompts writes it anew.");
    }

    private static string Write(UpstreamServer upstreams)
    {
        var doc = new StringBuilder(
            """
            # What the models are told

            Written by a test from a real run over the sample policy (`make prompts`), and held to the code by the same test. The models'
            replies are those of the stand-in in `tests/Upstreams`. What was asked: “¿Cuánto cuesta un viaje en ambulancia con mi plan?”,
            and then, in the same conversation, “And a visit to the emergency room?”.

            Every reply of a chat model is JSON by a schema that goes along (`strict`), generated from the record that reads it. It is
            checked, sent back once with what is wrong, and replaced by rules when that does not help or takes too long. What comes from
            people, documents and the web stands between tags that it cannot close: `<` and `>` in it are shown as ‹ and ›.

            """);
        foreach (var (upstream, call, title) in Calls)
        {
            // The last title is about the messages that follow the first two.
            var request = JsonDocument.Parse(upstreams.RequestsTo(upstream)[title.Contains("sent back", StringComparison.Ordinal)
                ? call + 1
                : call]).RootElement;
            doc.Append("\n## ").Append(title).Append("\n\n`").Append(request.GetProperty("model").GetString()).Append('`');
            if (!request.TryGetProperty("messages", out var messages))
            {
                doc.Append("\n\n```text\n").Append(request.GetProperty("input").ToString()).Append("\n```\n");
                continue;
            }
            doc.Append(System.Globalization.CultureInfo.InvariantCulture,
                $", at most {request.GetProperty("max_completion_tokens").GetInt32()} tokens\n");
            foreach (var message in messages.EnumerateArray().Skip(title.Contains("sent back", StringComparison.Ordinal) ? 2 : 0))
                doc.Append("\n**").Append(message.GetProperty("role").GetString()).Append("**\n```text\n")
                    .Append(message.GetProperty("content").GetString()).Append("\n```\n");
            if (call == 0)
                doc.Append("\nThe shape of the reply:\n```json\n")
                    .Append(JsonSerializer.Serialize(request.GetProperty("response_format").GetProperty("json_schema").GetProperty("schema"),
                        Indented)).Append("\n```\n");
        }
        return doc.ToString().ReplaceLineEndings("\n");
    }

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
}
