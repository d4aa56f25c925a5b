using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Navigator.Runtime.Telemetry;

namespace Navigator.Workers.Tests;

public sealed class LoggingTests
{
    [Fact]
    public async Task The_level_follows_the_settings_file_while_the_process_runs()
    {
        var directory = Directory.CreateTempSubdirectory("navigator-");
        try
        {
            await Write("Warning");
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = directory.FullName });
            builder.AddLogging();
            await using var app = builder.Build();
            var log = app.Services.GetRequiredService<ILogger<LoggingTests>>();
            Assert.True(log.IsEnabled(LogLevel.Warning));
            Assert.False(log.IsEnabled(LogLevel.Information));

            await Write("Debug");

            await Eventually.Holds(() => log.IsEnabled(LogLevel.Debug));
        }
        finally
        {
            directory.Delete(recursive: true);
        }

        Task Write(string level) => File.WriteAllTextAsync(
            Path.Combine(directory.FullName, "appsettings.json"), $$"""{ "Serilog": { "MinimumLevel": { "Default": "{{level}}" } } }""");
    }
}
