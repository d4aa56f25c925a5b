using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Navigator.Watching;

namespace Navigator.Workers.Tests;

/// <summary>Grafana's files are what compose/grafana/dashboards.yaml says; NAVIGATOR_WRITE_DOCS=1 writes them anew (make dashboards).</summary>
public sealed class DashboardsTests
{
    private const int Width = 24, Height = 8;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string Written = Path.Combine(Dashboard.Folder, "dashboards");

    [Fact]
    public void Grafanas_dashboards_are_what_the_description_says()
    {
        var said = Dashboard.All.ToDictionary(dashboard => $"{dashboard.Name}.json", dashboard => Json(dashboard).ToJsonString(Indented) + "\n");
        if (Environment.GetEnvironmentVariable("NAVIGATOR_WRITE_DOCS") is "1")
        {
            Directory.CreateDirectory(Written);
            foreach (var (file, text) in said)
                File.WriteAllText(Path.Combine(Written, file), text);
            return;
        }
        Assert.Equal(said.Keys.Order(StringComparer.Ordinal),
            Directory.GetFiles(Written).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(said, file => Assert.True(
            file.Value == File.ReadAllText(Path.Combine(Written, file.Key)), $"{file.Key} differs. Run: make dashboards"));
    }

    private static JsonObject Json(Dashboard dashboard)
    {
        var (panels, id, y) = (new JsonArray(), 0, 0);
        foreach (var row in dashboard.Rows)
        {
            panels.Add(new JsonObject
            {
                ["id"] = ++id,
                ["type"] = "row",
                ["title"] = row.Title,
                ["collapsed"] = false,
                ["gridPos"] = Place(0, y, Width, 1),
            });
            y++;
            var width = Width / row.Panels.Count;
            foreach (var (panel, column) in row.Panels.Select((panel, column) => (panel, column)))
                panels.Add(Json(panel, ++id, Place(column * width, y, width, Height)));
            y += Height;
        }
        return new JsonObject
        {
            ["uid"] = $"navigator-{dashboard.Name}",
            ["title"] = $"Navigator: {dashboard.Title}",
            ["tags"] = new JsonArray("navigator"),
            ["schemaVersion"] = 39,
            ["editable"] = false,
            ["refresh"] = "30s",
            ["time"] = new JsonObject { ["from"] = "now-1h", ["to"] = "now" },
            ["links"] = new JsonArray(new JsonObject
            {
                ["type"] = "dashboards",
                ["title"] = "Navigator",
                ["tags"] = new JsonArray("navigator"),
                ["asDropdown"] = true,
                ["keepTime"] = true,
            }),
            ["templating"] = new JsonObject { ["list"] = new JsonArray([.. Variables(dashboard)]) },
            ["panels"] = panels,
        };
    }

    /// <summary>Only those that a query of the dashboard names.</summary>
    private static IEnumerable<JsonNode> Variables(Dashboard dashboard) => Dashboard.Variables
        .Where(variable => dashboard.Rows.SelectMany(row => row.Panels).SelectMany(panel => panel.Queries)
            .Any(query => query.Expr.Contains($"${variable.Name}", StringComparison.Ordinal)))
        .Select(variable => new JsonObject
        {
            ["name"] = variable.Name,
            ["type"] = "textbox",
            ["query"] = variable.Default,
            ["current"] = new JsonObject { ["text"] = variable.Default, ["value"] = variable.Default },
        });

    private static JsonObject Json(Panel panel, int id, JsonObject place) => new()
    {
        ["id"] = id,
        ["type"] = "timeseries",
        ["title"] = panel.Title,
        ["description"] = panel.Empty is null ? "" : $"No data: {panel.Empty}.",
        ["datasource"] = new JsonObject { ["type"] = "prometheus", ["uid"] = "navigator-prometheus" },
        ["gridPos"] = place,
        ["fieldConfig"] = new JsonObject { ["defaults"] = new JsonObject { ["unit"] = panel.Unit, ["min"] = 0 }, ["overrides"] = new JsonArray() },
        ["targets"] = new JsonArray([.. panel.Queries.Select((query, index) => (JsonNode)new JsonObject
        {
            ["refId"] = ((char)('A' + index)).ToString(),
            ["expr"] = query.Expr,
            ["legendFormat"] = query.Legend,
        })]),
    };

    private static JsonObject Place(int x, int y, int width, int height) => new() { ["x"] = x, ["y"] = y, ["w"] = width, ["h"] = height };
}
