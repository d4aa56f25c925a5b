using Navigator.Workers.Intake.Planning;
using Navigator.Workers.Intake.Screening;
using Navigator.Workers.Intake.Translation;

namespace Navigator.Workers.Intake;

internal static class IntakeSetup
{
    public static IServiceCollection AddIntake(this IServiceCollection services) =>
        services.AddSingleton<Translator>().AddSingleton<Screener>().AddSingleton<Planner>();
}
