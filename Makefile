# What people do with Portico, by name. Each target calls a script that can be read and run by itself.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench capacity build clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Start Portico and two demo agencies
	scripts/demo

test: ## Run every test: Swift, real clients, a real browser
	scripts/test

check: ## Format lint, floors, no private key in git, scripts, documents
	scripts/check

bench: ## Measure the release build beside the limits of this machine
	scripts/bench

capacity: ## Derive what 1, 10 and 100 million residents need from fresh measurements
	scripts/capacity

build: ## Build the release binaries
	swift build -c release

clean: ## Remove what builds and tests made; demo-data stays
	swift package clean
	rm -rf .venv artefacts
