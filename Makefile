.DEFAULT_GOAL := help
compose := docker compose -f compose/compose.yaml
# What the quick lane runs. The other test projects start whole processes; of these, what says that it needs more is left out.
quick_projects := Api.Tests Storage.Tests Workers.Tests
quick_filter := Needs!=Servers&Needs!=Time

help: ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Navigator embedded, on http://localhost:8080
	dotnet run --project src/Api

build: ## everything, warnings are errors
	dotnet build -warnaserror

quick: ## build, layout, and the tests that need no servers: below two minutes, after every change
	dotnet build -warnaserror -v quiet
	dotnet format whitespace --folder --exclude artifacts --verify-no-changes .
	rm -rf artifacts/tests
	NAVIGATOR_TESTS=quick dotnet test $(foreach project,$(quick_projects),tests/$(project)/bin/Debug/net10.0/Navigator.$(project).dll) \
	  --filter '$(quick_filter)' --logger trx --results-directory artifacts/tests -- RunConfiguration.MaxCpuCount=0

test: ## all tests; brings up RabbitMQ and PostgreSQL by itself
	rm -rf artifacts/tests
	dotnet test --logger trx --results-directory artifacts/tests

slow-tests: ## the slowest twenty of the last make test, make quick or CI run
	@grep -rhoE '<UnitTestResult [^>]*' artifacts/tests --include='*.trx' \
	  | sed -E 's/.* testName="([^"]*)".* duration="([^"]*)".*/\2  \1/; s/&quot;/"/g' | sort -r | head -20

faults: ## the fault suite in its long form (about 45 min); NAVIGATOR_FAULTS_SEED=… repeats a run
	NAVIGATOR_FAULTS=long dotnet test -c Release -p:RunSettingsFilePath= tests/Faults --logger "console;verbosity=detailed" -- xUnit.MaxParallelThreads=1

faults-prove: ## takes one safeguard at a time out of a copy, and expects the fault suite to notice
	tests/Faults/prove.sh

load: ## measure: make load SCENARIO=quadruple SECONDS=60 (baseline, double, quadruple, octuple, spike, concurrent, people, saturate, soak, outage, black-hole, fair, floor, screening)
	dotnet run -c Release --project tests/Load -- $(or $(SCENARIO),baseline) --seconds $(or $(SECONDS),30) $(ARGS)

services: ## RabbitMQ and PostgreSQL for development, with or without Docker
	compose/services.sh up

services-down: ## stop them
	compose/services.sh down

images: ## container images of API and workers
	dotnet publish src/Api -c Release -o artifacts/publish/api
	dotnet publish src/Workers -c Release -o artifacts/publish/workers
	dotnet publish src/Cli -c Release -o artifacts/publish/cli
	$(compose) build

up: images ## everything in containers: page on http://localhost:8080, management on http://localhost:15672
	$(compose) up -d --wait --scale workers=$(or $(WORKERS),1)

key: ## a tenant and a key to try it with: make key TENANT=acme
	$(compose) run --rm schema tenants create $(or $(TENANT),acme)
	$(compose) run --rm schema keys create $(or $(TENANT),acme) --scope chat --scope documents --scope operate

down: ## stop the containers; data is kept
	$(compose) down

audit: ## known vulnerabilities of all packages, restored as locked, and what each program is made of (artifacts/sbom-….json)
	dotnet restore --locked-mode
	dotnet list package --vulnerable --include-transitive
	dotnet tool restore
	for program in Api Workers Cli; do \
	  dotnet CycloneDX src/$$program/$$program.csproj --recursive --disable-package-restore --set-name navigator-$$program \
	    --output artifacts --filename sbom-$$program.json --output-format Json --spec-version 1.6 || exit 1; \
	done

mutants: ## change the code and see a test fail: make mutants PROJECT=Workers FILES=Upstreams/Circuit.cs ARGS="--test-case-filter …"
	dotnet tool restore
	cd tests/$(PROJECT).Tests && dotnet stryker --project $(PROJECT).csproj --mutate '**/$(FILES)' --concurrency 1 \
	  --reporter cleartext --output ../../artifacts/mutants $(ARGS)

prompts: ## write docs/prompts.md anew from what the code sends
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/EndToEnd.Tests --filter FullyQualifiedName~PromptsDocTests

settings: ## write docs/settings.md anew from what the options say
	NAVIGATOR_WRITE_DOCS=1 dotnet test tests/Api.Tests --filter FullyQualifiedName~SettingsDocTests

upstreams: ## a stand-in for OpenAI and Tavily on port 8089
	dotnet run --project tests/Upstreams -- 8089

ci: ## what CI runs
	.ci/run

.PHONY: key help run build quick test slow-tests faults faults-prove load services services-down images up down audit mutants prompts settings upstreams ci
