using MassTransit;
using Navigator.Workers;
using Navigator.Workers.Answer;
using Navigator.Workers.Hosting;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Intake;
using Navigator.Workers.Limits;
using Navigator.Workers.Tools.Embedding;
using Navigator.Workers.Tools.Retrieval;
using Navigator.Workers.Tools.WebSearch;
using Navigator.Workers.Webhooks;

return await Startup.Run(async () =>
{
    var builder = NavigatorHost.CreateBuilder(args, urls: "http://127.0.0.1:0"); // for health checks; any free port
    var mode = builder.AddNavigator(_ => Pipeline.AddConsumers);
    if (mode.IsEmbedded)
        throw new StartupException("workers need ConnectionStrings__RabbitMq and ConnectionStrings__Postgres. Without them, run src/Api alone: it "
            + "holds the workers too.");

    var app = builder.Build();
    app.MapHealth();
    app.MapMetrics();
    await app.RunNavigator();
});

namespace Navigator.Workers
{
    /// <summary>The flow of the data: what a question, and a document, goes through.</summary>
    public static class Pipeline
    {
        public static void AddConsumers(IBusRegistrationConfigurator bus)
        {
            bus.AddConsumer<AnswerQuestionConsumer, AnswerQuestionConsumerDefinition>();    // translate, screen, plan
            bus.AddConsumer<EmbedQuestionConsumer, EmbedQuestionConsumerDefinition>();     // question → vector, in batches
            bus.AddConsumer<RetrievePassagesConsumer, RetrievePassagesConsumerDefinition>();  // vector → passages
            bus.AddConsumer<SearchWebConsumer, SearchWebConsumerDefinition>();         // question → web pages
            bus.AddConsumer<ComposeAnswerConsumer, ComposeAnswerConsumerDefinition>();     // all of it → answer
            bus.AddConsumer<DeliverWebhookConsumer, DeliverWebhookConsumerDefinition>();    // the end → the caller's server

            bus.AddConsumer<IngestDocumentConsumer, IngestDocumentConsumerDefinition>();    // document → passages
            bus.AddConsumer<EmbedPassagesConsumer, EmbedPassagesConsumerDefinition>();     // passages → vectors
        }
    }
}
