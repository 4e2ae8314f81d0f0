GO ?= go
export GOFLAGS ?= -mod=mod

.PHONY: test lint build

# Everything that must hold, in 15 minutes at most.
test: lint
	$(GO) test -timeout 12m ./...

lint:
	@test -z "$$(gofmt -l $$(git ls-files "*.go"))" || { gofmt -l $$(git ls-files "*.go"); exit 1; }
	$(GO) vet ./...

build:
	$(GO) build ./...
