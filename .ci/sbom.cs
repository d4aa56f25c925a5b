#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
// Writes what the shipped programs are made of, as CycloneDX 1.6: every package of src/*/packages.lock.json with its version and hash.
//   dotnet run .ci/sbom.cs > artifacts/sbom.json
using System.Text.Json;
using System.Text.Json.Nodes;

var packages = new SortedDictionary<string, JsonObject>(StringComparer.OrdinalIgnoreCase);
foreach (var file in Directory.GetFiles("src", "packages.lock.json", SearchOption.AllDirectories))
{
    using var locked = JsonDocument.Parse(File.ReadAllBytes(file));
    foreach (var package in locked.RootElement.GetProperty("dependencies").EnumerateObject().SelectMany(target => target.Value.EnumerateObject()))
    {
        // Our own projects have no version and no hash.
        if (!package.Value.TryGetProperty("resolved", out var version) || !package.Value.TryGetProperty("contentHash", out var hash))
            continue;
        var purl = $"pkg:nuget/{package.Name}@{version.GetString()}";
        packages[purl] = new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = purl,
            ["name"] = package.Name,
            ["version"] = version.GetString(),
            ["purl"] = purl,
            ["hashes"] = new JsonArray(new JsonObject { ["alg"] = "SHA-512", ["content"] = Convert.ToHexStringLower(Convert.FromBase64String(hash.GetString()!)) }),
        };
    }
}
if (packages.Count == 0)
{
    Console.Error.WriteLine("No packages.lock.json under src: run this from the repository's root, after dotnet restore.");
    return 1;
}
var bom = new JsonObject
{
    ["bomFormat"] = "CycloneDX",
    ["specVersion"] = "1.6",
    ["version"] = 1,
    ["metadata"] = new JsonObject { ["component"] = new JsonObject { ["type"] = "application", ["bom-ref"] = "navigator", ["name"] = "navigator" } },
    ["components"] = new JsonArray([.. packages.Values]),
};
using var writer = new Utf8JsonWriter(Console.OpenStandardOutput(), new JsonWriterOptions { Indented = true });
bom.WriteTo(writer);
writer.Flush();
Console.WriteLine();
return 0;
