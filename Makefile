# Targets for people and for CI (.ci/run). Everything needs only Go; tools are pinned in tools/go.mod.

GO     ?= go
BIN    := .cache/bin
LINTER := $(BIN)/golangci-lint
FUZZ   ?= 30s
COUNT  ?= 10

.PHONY: build test race fuzz bench lint fix gen check cover compat terraform nightly clean

build: ## the server, as bin/stator
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/stator ./cmd/stator

test: ## all tests
	$(GO) test ./...

race: ## all tests with the race detector, in random order
	$(GO) test -race -shuffle=on ./...

fuzz: ## every fuzz target for FUZZ (30s)
	GO=$(GO) tools/fuzz $(FUZZ)

bench: $(BIN)/benchstat ## Go benchmarks, COUNT (10) runs, summed up by benchstat
	$(GO) test -run '^$$' -bench . -benchmem -count $(COUNT) ./internal/... | tee .cache/bench.txt
	$(BIN)/benchstat .cache/bench.txt

lint: $(LINTER) ## golangci-lint; the import graph and the tidy rules are tests (internal/lint)
	$(LINTER) run ./...

fix: $(LINTER) ## repair what can be repaired
	$(GO) fix ./...
	$(LINTER) run --fix ./...
	$(LINTER) fmt ./...

gen: ## write generated files
	$(GO) generate ./...

check: gen lint race $(BIN)/govulncheck ## what must hold before a change is sent
	git diff --exit-code -- '*_gen.go'
	$(BIN)/govulncheck ./...

cover: ## test coverage by function, in .cache/cover.txt
	@mkdir -p .cache
	$(GO) test -coverprofile .cache/cover.out -coverpkg ./... ./...
	$(GO) tool cover -func .cache/cover.out > .cache/cover.txt
	tail -1 .cache/cover.txt

compat: build ## the README's example, order placement and access patterns through boto3 and the AWS CLI, over a SIGKILL
	test/compat/run bin/stator

terraform: build ## a table's life with Terraform, if it is there; STATOR_TF_MIRROR names a mirror of the provider
	test/compat/run bin/stator terraform

nightly: ## long runs: race, every fuzz target for ten minutes
	$(GO) test -race -shuffle=on -count 5 ./...
	GO=$(GO) tools/fuzz 10m

clean: ## remove what was built
	rm -rf bin .cache stator

$(LINTER): tools/go.mod
	$(GO) build -C tools -o ../$(LINTER) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

$(BIN)/benchstat: tools/go.mod
	$(GO) build -C tools -o ../$(BIN)/benchstat golang.org/x/perf/cmd/benchstat

$(BIN)/govulncheck: tools/go.mod
	$(GO) build -C tools -o ../$(BIN)/govulncheck golang.org/x/vuln/cmd/govulncheck
