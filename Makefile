GO ?= go
BIN := bin/entente

.PHONY: demo build test test-long lint bench bench-full clean

# Builds everything and plays the main job with four nodes on this machine.
demo: build
	$(BIN) demo

build:
	@$(GO) version >/dev/null 2>&1 || { echo "Go 1.26 or later is needed: https://go.dev/dl/"; exit 1; }
	$(GO) build -trimpath -o $(BIN) ./cmd/entente

# Everything that must hold, in 15 minutes at most.
test: lint
	$(GO) test -timeout 14m ./...

# What takes longer: random walks, larger inputs.
test-long:
	$(GO) test -tags long -timeout 6h ./...

# Form: gofmt, vet, staticcheck, and known weaknesses of dependencies where
# govulncheck is installed.
lint:
	@found=$$(gofmt -s -l .) && test -z "$$found" || { echo "gofmt -s would change:"; echo "$$found"; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	@if command -v govulncheck >/dev/null 2>&1; then govulncheck ./... || exit 1; else echo "govulncheck is not installed: known weaknesses were not looked up"; fi

# A table, and JSON lines in bench/results/latest.jsonl. ONLY=name for some. It
# fails, after the table, when a bar is missed or a measurement fails.
bench: build
	$(GO) run ./bench $(if $(ONLY),-only $(ONLY))

bench-full: build
	$(GO) run ./bench -full $(if $(ONLY),-only $(ONLY))

clean:
	rm -rf bin bench/results
