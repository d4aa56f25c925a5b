using System.Net;

namespace Navigator.Runtime.Webhooks;

/// <summary>Checks the text of a caller's webhook address.</summary>
public static class CallbackUrl
{
    public const int MaxLength = 2_000;

    /// <param name="loopback">For tests: also allows http and this machine.</param>
    /// <returns>The problem, told to the caller; null if there is none. The name's addresses are checked when the webhook is sent.</returns>
    public static string? Problem(string text, bool loopback)
    {
        if (text.Length > MaxLength || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && !(loopback && url.Scheme == Uri.UriSchemeHttp)))
            return $"callback_url must be an absolute https address of at most {MaxLength} characters.";
        if (url.UserInfo.Length > 0 || url.Fragment.Length > 0)
            return "callback_url must not contain a user, password or fragment.";
        return IPAddress.TryParse(url.IdnHost.Trim('[', ']'), out var address) && !MayReach(address, loopback)
            ? "callback_url names an address that is not on the public internet."
            : null;
    }

    public static bool MayReach(IPAddress address, bool loopback) => PublicAddress.Is(address) || (loopback && IPAddress.IsLoopback(address));
}
