using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Navigator.Api.Problems;
using Navigator.Contracts.Http;
using Navigator.Storage.Tenants;

namespace Navigator.Api.Access;

/// <summary>
/// Authenticates the caller by the key in <c>Authorization: Bearer</c> or <c>X-Api-Key</c>. A wrong key takes the same time whether its id exists
/// or not.
/// </summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, Exposure exposure, KeyCache keys, WrongKeys wrong)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public new const string Scheme = "ApiKey";

    private const string Bearer = "Bearer ";

    private ProblemHttpResult refusal = Missing();

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!exposure.NeedsKeys)
            return exposure.IsOwnPage(Request)
                ? AuthenticateResult.Success(new AuthenticationTicket(Caller.Developer, Scheme))
                : Refuse(Problem.Of(ProblemCode.CrossSite, "Without keys, Navigator serves only its own page and programs on this machine."));

        var bearer = Request.Headers.Authorization.ToString();
        var header = Request.Headers["X-Api-Key"].ToString();
        if (bearer.Length == 0 && header.Length == 0)
            return AuthenticateResult.NoResult();
        var address = WrongKeys.AddressOf(Context.Connection.RemoteIpAddress);
        var text = header.Length == 0 && bearer.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? bearer[Bearer.Length..].Trim()
            : bearer.Length == 0 ? header : "";
        if (ApiKey.Parse(text) is not { } key)
            return wrong.Note(address) ? Refuse(Wrong()) : Refuse(TooMany());
        if (wrong.TooMany(address) && !keys.IsTrusted(key.Id))
            return Refuse(TooMany());

        var kept = await keys.Find(key.Id);
        if (!StoredKey.Matches(kept, key))
            return wrong.Note(address) && (kept is null || wrong.Note(WrongKeys.KeyOf(kept.Id))) ? Refuse(Wrong()) : Refuse(TooMany());
        keys.Trusted(kept!);
        return AuthenticateResult.Success(new AuthenticationTicket(Caller.Of(kept!.Tenant, $"key:{kept.Id}", kept.Scopes), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (refusal.StatusCode == 401)
            Response.Headers.WWWAuthenticate = "Bearer realm=\"navigator\"";
        else if (refusal.StatusCode == 429)
            Response.Headers.RetryAfter = 60.ToString(CultureInfo.InvariantCulture);
        return refusal.ExecuteAsync(Context);
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Problem.Of(
        ProblemCode.ScopeMissing, $"This needs a key with the scope '{Context.GetEndpoint()?.Metadata.GetMetadata<NeededScope>()?.Name}'.")
            .ExecuteAsync(Context);

    private AuthenticateResult Refuse(ProblemHttpResult problem)
    {
        refusal = problem;
        return AuthenticateResult.Fail(problem.ProblemDetails.Title!);
    }

    private static ProblemHttpResult Missing() =>
        Problem.Of(ProblemCode.KeyMissing, "A key is needed: Authorization: Bearer nav_… (or X-Api-Key).");

    private static ProblemHttpResult Wrong() => Problem.Of(ProblemCode.KeyNotValid, "This key is not valid: unknown, expired or revoked.");

    private static ProblemHttpResult TooMany() =>
        Problem.Of(ProblemCode.TooManyWrongKeys, "Too many wrong keys were sent from this address or for this key. Try again in a minute.");
}
