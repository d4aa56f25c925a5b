using System.Net;

namespace Navigator.Runtime.Webhooks;

/// <summary>A caller's address to tell something to, as far as its text says whether it will do.</summary>
public static class CallbackUrl
{
    public const int MaxLength = 2_000;

    /// <param name="loopback">For tests: also over http, and to this machine.</param>
    /// <returns>What is wrong with it, for the caller; null when nothing is. Where its name leads is checked when it is connected to.</returns>
    public static string? Problem(string text, bool loopback)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && !(loopback && url.Scheme == Uri.UriSchemeHttp)))
            return $"callback_url is an absolute https address of at most {MaxLength} characters.";
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return "callback_url has no user, password or fragment.";
        return IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && !MayReach(address, loopback)
            ? "callback_url names an address that is not on the public internet."
            : null;
    }

    public static bool MayReach(IPAddress address, bool loopback) => PublicAddress.Is(address) || (loopback && IPAddress.IsLoopback(address));
}
