using Navigator.Runtime;
using Navigator.Runtime.Hosting;
using Navigator.Runtime.Telemetry;
using Navigator.Runtime.Upstreams;
using Navigator.Workers;
using Navigator.Workers.Answer;
using Navigator.Workers.Ingestion;
using Navigator.Workers.Intake;
using Navigator.Workers.Intake.Translation;
using Navigator.Workers.Tools;
using Navigator.Workers.Tools.Embedding;
using Navigator.Workers.Tools.Retrieval;
using Navigator.Workers.Tools.WebSearch;
using Navigator.Workers.Webhooks;

return await Startup.Run(() => WorkerProcess.Build(args, Pipeline.AddWorkers).RunNavigator());

namespace Navigator.Workers
{
    /// <summary>A worker process.</summary>
    internal static class WorkerProcess
    {
        /// <param name="addWorkers">Adds the system's tools, which are the same in every process.</param>
        /// <exception cref="StartupException">A setting is missing, unknown or out of range, or two tools cannot be told apart.</exception>
        public static WebApplication Build(string[] args, Action<WorkerSetup> addWorkers)
        {
            var builder = NavigatorHost.CreateBuilder(args, urls: "http://127.0.0.1:0"); // for health checks; any free port
            var mode = builder.AddNavigator(consumes: _ => true, addWorkers);
            if (mode.IsEmbedded)
                throw new StartupException("workers need ConnectionStrings__RabbitMq and ConnectionStrings__Postgres. Without them, start src/Api "
                    + "alone, which contains the workers.");

            var app = builder.BuildNavigator();
            app.MapHealth();
            app.MapMetrics();
            return app;
        }
    }

    /// <summary>The data flow of a question and of a document.</summary>
    public static class Pipeline
    {
        /// <summary>
        /// The one thing that other programs know of the workers. Distributed, an API takes the tools of it and leaves the consumers; embedded,
        /// it is the worker too.
        /// </summary>
        public static void AddWorkers(WorkerSetup workers)
        {
            workers.Consume<PrepareQuestionConsumer, PrepareQuestionConsumerDefinition>();    // translate, screen, plan
            AddTools(workers.Tools);                                                        // what each tool finds
            workers.Consume<ComposeAnswerConsumer, ComposeAnswerConsumerDefinition>();      // all of it → answer
            workers.Consume<DeliverWebhookConsumer, DeliverWebhookConsumerDefinition>();    // the end → the caller's server

            workers.Consume<IngestDocumentConsumer, IngestDocumentConsumerDefinition>();    // document → passages
            workers.Consume<EmbedPassagesConsumer, EmbedPassagesConsumerDefinition>();      // passages → vectors
            workers.Need(AddServices);
        }

        /// <summary>What a plan can call on, in the order that it is called on. A tool is added by one line here.</summary>
        private static void AddTools(ToolSetup tools)
        {
            tools.AddDocuments();    // question → vector → passages
            tools.AddWebSearch();    // question → web pages
        }

        private static void AddServices(IServiceCollection services, IConfiguration configuration)
        {
            var openAi = configuration.GetSection(OpenAiOptions.Section).Get<OpenAiOptions>() ?? new OpenAiOptions();
            var translation = configuration.GetSection(TranslationOptions.Section).Get<TranslationOptions>() ?? new TranslationOptions();
            var chats = ChatProviders.From(configuration);
            services.AddChatModels(chats).AddIntake(openAi, chats, translation).AddEmbedding(openAi, configuration).AddRetrieval().AddAnswer(chats)
                .AddIngestion().AddWebhooks();
        }
    }
}
