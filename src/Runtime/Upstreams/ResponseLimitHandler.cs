namespace Navigator.Runtime.Upstreams;

/// <summary>Reads a whole response within the caller's token, up to the maximum size.</summary>
internal sealed class ResponseLimitHandler(HttpMessageHandler inner, long maxBytes) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        try
        {
            if (response.Content.Headers.ContentLength > maxBytes)
                throw new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The response is too large.");
            await response.Content.LoadIntoBufferAsync(maxBytes, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
