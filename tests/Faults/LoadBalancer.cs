namespace Navigator.Faults.Tests;

/// <summary>What a load balancer does.</summary>
internal static class LoadBalancer
{
    /// <summary>Sends nobody to an API that says that it is not ready.</summary>
    /// <param name="ports">Of the back ends, in their order.</param>
    public static async Task Watch(TcpProxy front, IReadOnlyList<int> ports, CancellationToken token)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        try
        {
            while (true)
            {
                await Task.WhenAll(ports.Select(async (port, index) =>
                {
                    try
                    {
                        using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"), token);
                        front.Use(index, response.IsSuccessStatusCode);
                    }
                    catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !token.IsCancellationRequested)
                    {
                        front.Use(index, false);
                    }
                }));
                await Task.Delay(500, token);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
