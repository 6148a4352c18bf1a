# ward: everything that is done to the source. `make help` lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

version ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
flags   := -trimpath -ldflags '-s -w -X ward/internal/cli.version=$(version)'
export CGO_ENABLED ?= 0

.PHONY: help build fmt lint test race oracle fuzz bench profile generate rename cross ci clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## the static binary bin/ward
	go build $(flags) -o bin/ward ./cmd/ward

fmt: bin/gofumpt ## format every file
	bin/gofumpt -w $(shell git ls-files '*.go')

lint: bin/golangci-lint ## golangci-lint, as .golangci.yml says
	bin/golangci-lint run ./...

test: ## every test; installs what they need when root, lists at its end what could not run
	@scripts/install-test-deps.sh
	PATH="$$PATH:/usr/sbin:/sbin" go run ./internal/tools/testreport -count=1 -timeout 20m $(args) ./...

race: ## the tests under the race detector (needs a C compiler)
	PATH="$$PATH:/usr/sbin:/sbin" CGO_ENABLED=1 go run ./internal/tools/testreport -race -count=1 -timeout 40m $(args) ./...

oracle: ## what compares with the kernel and the real programs; then decisions without end, until stopped
	PATH="$$PATH:/usr/sbin:/sbin" go run ./internal/tools/testreport -count=1 -timeout 20m -run 'Oracle|Kernel|GNU|Setfacl|Getfacl|Shell' ./...
	PATH="$$PATH:/usr/sbin:/sbin" go test ./internal/oracle -run KernelDecidesEveryAction -count=1 -timeout 0 -v -decisions 0 $(args)

fuzz: ## every fuzz target for fuzztime each (default 30s)
	@scripts/fuzz.sh $(or $(fuzztime),30s)

bench: build ## ward and its peers on the same trees, as ratios; takes minutes
	go run ./bench/run -ward bin/ward $(args)
	go run ./bench/decide
	go run ./bench/who

profile: ## what the compiler is told of the busy paths (cmd/ward/default.pgo), measured anew
	@tree=$$(mktemp -d); trap 'rm -rf "$$tree"' EXIT; \
	go run ./bench/maketree "$$tree/tree"; \
	go build -trimpath -o "$$tree/profile" ./bench/profile; \
	GOMAXPROCS=1 "$$tree/profile" "$$tree/tree"

generate: ## what is made from the source: man pages, completions; as root also the output in README and docs
	go generate ./...
	go test -count=1 ./internal/acceptance -run 'Readme|AccessPage|ModelsPage|GroupsPage' -update

rename: ## give the module another path: make rename MODULE=example.org/ward
	@scripts/rename.sh $(MODULE)

cross: ## build and vet for the other systems
	@for os in linux darwin freebsd windows; do \
		echo "$$os"; GOOS=$$os go build ./... && GOOS=$$os go vet ./...; \
	done

ci: ## what CI runs
	@bash .ci/run

clean: ## remove what the other targets made
	rm -rf bin dist

bin/golangci-lint bin/gofumpt: tools/go.mod tools/go.sum
	go -C tools build -o ../bin/ tool
