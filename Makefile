# Logloupe: `make help` says what there is. Every target installs what it needs first, see tools/setup.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
# cargo, apt-get and npm lock each other out anyway.
.NOTPARALLEL:

PORT ?= 8080
CASES ?= 10000
SECONDS_EACH ?= 600
# The tools of tools/setup on PATH, and what it found out about this machine.
WITH_TOOLS := . tools/env &&

RUST_SOURCES := Cargo.toml Cargo.lock .cargo/config.toml $(shell find src -type f)
PAGE_SOURCES := $(shell find www -type f -not -path '*/node_modules/*' -not -path 'www/pkg/*')
PRETTY := --log-level warn --no-error-on-unmatched-pattern www tests/browser tests/corpora.mjs tools .prettierrc.json
WASM := www/pkg/logloupe_bg.wasm
# As the page loads it: a quarter smaller than a host's gzip makes it.
PACKED := $(WASM).xz

.PHONY: help
help: ## List the targets (the default)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup setup-rust setup-wasm setup-web setup-browser setup-check setup-fuzz setup-engines
setup: ## Install everything that any target but fuzz needs
	@tools/setup
setup-rust setup-wasm setup-web setup-browser setup-check setup-fuzz setup-engines: setup-%:
	@tools/setup $*

.PHONY: serve
serve: dist ## Build the page and serve it at http://127.0.0.1:8080/ (PORT=8081 for another port)
	@PORT=$(PORT) node tools/serve.mjs

.PHONY: dist
dist: dist/index.html ## Build dist/: a static folder for any sub-path of any host
dist/index.html: $(PACKED) $(PAGE_SOURCES) | setup-web
	$(WITH_TOOLS) cd www && vite build
	@touch $@

.PHONY: single
single: dist ## Build dist/logloupe.html: the page as one file that runs by itself, without any network
	$(WITH_TOOLS) node tools/single.mjs

.PHONY: wasm
wasm: $(WASM) ## Build www/pkg/: the analysis as WebAssembly, with its TypeScript types
$(WASM): $(RUST_SOURCES) | setup-web setup-wasm
	$(WITH_TOOLS) wasm-pack build --release --target web --mode no-install --no-pack --out-dir www/pkg -- --locked
	@touch $@

$(PACKED): $(WASM)
	xz --keep --force --check=crc32 --lzma2=preset=9e,nice=273,lc=4,lp=0,pb=0,dict=8MiB $<

.PHONY: test
test: test-native test-wasm test-browser ## Run all tests

.PHONY: test-native
test-native: setup-rust ## Run the tests that need no browser
	$(WITH_TOOLS) cargo test --locked

.PHONY: test-wasm
test-wasm: setup-web setup-wasm setup-browser ## Run the tests of the WebAssembly in headless Chromium
	$(WITH_TOOLS) WASM_BINDGEN_TEST_TIMEOUT=300 \
	  wasm-pack test --headless --chrome --chromedriver "$$CHROMEDRIVER" --mode no-install -- --locked --test web

.PHONY: test-browser
test-browser: dist setup-browser ## Run the page's tests: the built page in headless Chromium
	$(WITH_TOOLS) node tests/browser/run.mjs

.PHONY: test-browsers
test-browsers: single setup-engines ## Run the page in Firefox and WebKit as well
	$(WITH_TOOLS) node tests/browser/engines.mjs

.PHONY: properties
properties: setup-rust ## Try every property with 10,000 cases (CASES=100000 for another number)
	$(WITH_TOOLS) PROPTEST_CASES=$(CASES) cargo test --locked --test 'properties_*'
	$(WITH_TOOLS) PROPTEST_CASES=$(CASES) cargo test --locked --lib -- contract:: properties:: correlate::pearson

.PHONY: fuzz
fuzz: setup-fuzz ## Fuzz every target for 10 minutes (SECONDS_EACH=60 for another time)
	$(WITH_TOOLS) for target in $$(cargo +nightly fuzz list); do \
	  cargo +nightly fuzz run "$$target" -- -max_total_time=$(SECONDS_EACH) -max_len=4096; done

.PHONY: corpora
corpora: dist setup-browser ## Run all files of LOGLOUPE_CORPORA=/a/folder natively and in headless Chromium
	$(WITH_TOOLS) cargo build --locked --release --example analyze
	$(WITH_TOOLS) node tests/corpora.mjs

.PHONY: bench
bench: setup-rust ## Measure the stages natively (LOGLOUPE_BENCH=FILE for a log of your own)
	$(WITH_TOOLS) cargo bench --locked

.PHONY: bench-web
bench-web: dist setup-browser ## Measure the built page in headless Chromium (LOGLOUPE_BENCH=FILE for a log of your own)
	$(WITH_TOOLS) cargo build --locked --release --examples
	$(WITH_TOOLS) node tests/browser/speed.mjs $(LOGLOUPE_BENCH)
	$(WITH_TOOLS) node tests/browser/core_speed.mjs $(LOGLOUPE_BENCH)
	$(WITH_TOOLS) node tests/browser/frames.mjs $(LOGLOUPE_BENCH)

.PHONY: check
check: setup-check setup-wasm setup-web $(WASM) ## Check formatting, lints, types and licences
	$(WITH_TOOLS) cargo fmt --check
	$(WITH_TOOLS) cargo clippy --locked --all-targets -- -D warnings
	$(WITH_TOOLS) cargo clippy --locked --target wasm32-unknown-unknown --lib --test web -- -D warnings
	$(WITH_TOOLS) cd www && tsc --noEmit
	$(WITH_TOOLS) prettier --check $(PRETTY)
	$(WITH_TOOLS) cargo deny --locked check --hide-inclusion-graph licenses bans sources
	@$(WITH_TOOLS) tools/check-advisories

.PHONY: format
format: setup-check setup-web ## Format all sources
	$(WITH_TOOLS) cargo fmt
	$(WITH_TOOLS) prettier --write $(PRETTY)

.PHONY: clean
clean: ## Remove all that was built; the installed tools stay
	rm -rf target dist www/pkg tests/browser/output
