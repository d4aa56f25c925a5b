.DEFAULT_GOAL := help
compose := docker compose -f compose/compose.yaml
# The quick lane runs these projects, without the tests that say that they need more. The other test projects start whole processes.
quick_projects := Api.Tests Storage.Tests Workers.Tests
quick_filter := Needs!=Servers&Needs!=Time

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## run Navigator embedded, on http://localhost:8080
	dotnet run --project src/Api

build: ## build everything; warnings are errors
	dotnet build -warnaserror

quick: ## after every change: build, check layout, run the tests that need no servers; below two minutes
	dotnet build -warnaserror -v quiet
	dotnet format whitespace --folder --exclude artifacts --verify-no-changes .
	rm -rf artifacts/tests
	NAVIGATOR_TESTS=quick dotnet test $(foreach project,$(quick_projects),tests/$(project)/bin/Debug/net10.0/Navigator.$(project).dll) \
	  --filter '$(quick_filter)' --logger trx --results-directory artifacts/tests -- RunConfiguration.MaxCpuCount=0

test: ## run all tests; starts RabbitMQ and PostgreSQL by itself
	rm -rf artifacts/tests
	dotnet test --logger trx --results-directory artifacts/tests

slow-tests: ## list the slowest twenty tests of the last make test, make quick or CI run, in seconds, as CONTRIBUTING.md has them
	@grep -rhoE '<UnitTestResult [^>]*' artifacts/tests --include='*.trx' \
	  | sed -E 's/.* testName="([^"]*)".* duration="([^"]*)".*/\2  \1/; s/&quot;/"/g' | sort -r | head -20 \
	  | awk '{split($$1, t, ":"); $$1 = ""; sub(/^ Navigator\./, ""); printf "| %.0f | `%s` |\n", t[1] * 3600 + t[2] * 60 + t[3], $$0}'

faults: ## run the long form of the fault suite (about 45 min); NAVIGATOR_FAULTS_SEED=… repeats a run
	NAVIGATOR_FAULTS=long dotnet test -c Release -p:RunSettingsFilePath= tests/Faults --logger "console;verbosity=detailed" -- xUnit.MaxParallelThreads=1

faults-prove: ## remove one safeguard at a time from a copy, and expect the fault suite to fail
	tests/Faults/prove.sh

load: ## measure: make load SCENARIO=quadruple SECONDS=60 (baseline, double, quadruple, octuple, spike, concurrent, people, saturate, soak, outage, black-hole, fair, floor, retrieval, screening)
	dotnet run -c Release --project tests/Load -- $(or $(SCENARIO),baseline) --seconds $(or $(SECONDS),30) $(ARGS)

endurance: ## hours of load, faults and memory: make endurance HOURS=2 (MINUTES=20; FAULTS=none, named; RATE=10; SEED=…); artifacts/endurance
	dotnet run -c Release --project tests/Endurance -- $(if $(HOURS),--hours $(HOURS)) $(if $(MINUTES),--minutes $(MINUTES)) \
	  --faults $(or $(FAULTS),random) --rate $(or $(RATE),10) $(if $(SEED),--seed $(SEED)) $(ARGS)

evaluate: ## measure answers and ranking: make evaluate ARGS="--json after.json --compare before.json"
	dotnet run -c Release --project tests/Evaluation -- $(ARGS)

services: ## start RabbitMQ and PostgreSQL for development, with or without Docker
	compose/services.sh up

services-down: ## stop RabbitMQ and PostgreSQL for development, and delete their data
	compose/services.sh down

images: ## build the container images of API, workers and command line
	dotnet publish src/Api -c Release -o artifacts/publish/api
	dotnet publish src/Workers -c Release -o artifacts/publish/workers
	dotnet publish src/Cli -c Release -o artifacts/publish/cli
	$(compose) build

up: images ## start everything in containers: page on http://localhost:8080, Grafana on http://localhost:3000
	$(compose) up -d --wait --scale workers=$(or $(WORKERS),1) --scale api=$(or $(APIS),1)

update: images ## replace the running workers and APIs by new ones, one after the other
	compose/update.sh

key: ## create a tenant and a key to try it with: make key TENANT=acme
	$(compose) run --rm schema tenants create $(or $(TENANT),acme)
	$(compose) run --rm schema keys create $(or $(TENANT),acme) --scope chat --scope documents --scope operate

down: ## stop the containers; data is kept
	$(compose) down

audit: ## list known vulnerabilities of all packages, and write each program's packages (artifacts/sbom-….json)
	dotnet restore --locked-mode
	dotnet list package --vulnerable --include-transitive
	dotnet tool restore
	for program in Api Workers Cli; do \
	  dotnet CycloneDX src/$$program/$$program.csproj --recursive --disable-package-restore --set-name navigator-$$program \
	    --output artifacts --filename sbom-$$program.json --output-format Json --spec-version 1.6 || exit 1; \
	done

mutants: ## change the code and check that a test fails: make mutants PROJECT=Runtime TESTS=Workers FILES=Upstreams/Circuit.cs ARGS="--test-case-filter …"
	dotnet tool restore
	cd tests/$(or $(TESTS),$(PROJECT)).Tests && dotnet stryker --project $(PROJECT).csproj --mutate '**/$(FILES)' --concurrency 1 \
	  --reporter cleartext --output ../../artifacts/mutants $(ARGS)

train-screening: ## train screening by meaning anew, with its figures; tests/LocalModel.Tests/Screening has the lines
	NAVIGATOR_TRAIN=1 dotnet test tests/LocalModel.Tests --filter FullyQualifiedName~Training --logger "console;verbosity=detailed"

prompts: ## regenerate docs/prompts.md from the requests that the code sends
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/EndToEnd.Tests --filter FullyQualifiedName~PromptsDocTests

trace: ## regenerate the trace in docs/operating.md from a real run
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/EndToEnd.Tests --filter FullyQualifiedName~TraceTests.The_trace_of

settings: ## regenerate docs/settings.md from the options' comments
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/Api.Tests --filter FullyQualifiedName~SettingsDocTests

dashboards: ## regenerate compose/grafana/dashboards from compose/grafana/dashboards.yaml
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/Workers.Tests --filter FullyQualifiedName~DashboardsTests

upstreams: ## run a stand-in for OpenAI and Tavily on port 8089
	dotnet run --project tests/Upstreams -- 8089

ci: ## run the same checks as CI
	.ci/run

.PHONY: key help run build quick test slow-tests faults faults-prove load endurance evaluate services services-down images up update down audit mutants train-screening prompts trace settings dashboards upstreams ci
