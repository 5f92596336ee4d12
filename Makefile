# Thin names for real commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
# One thing after the other: cargo uses all cores by itself, and the tests share hosts.
.NOTPARALLEL:

# Where rustup puts cargo, for shells that have not been told yet.
export PATH := $(PATH):$(HOME)/.cargo/bin
# The playbooks look for what is built in `target`.
unexport CARGO_TARGET_DIR

rust_wanted := $(shell sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
built := target/$(shell uname -m)-unknown-linux-gnu
# For the agent: fixed addresses (they repeat, so they pack well), one copy of functions that are the same, and no paths of this machine.
sources := $(or $(CARGO_HOME),$(HOME)/.cargo)/registry/src/
small := 'target.$(shell uname -m)-unknown-linux-gnu.rustflags=["-Crelocation-model=static", "-Clink-arg=-Wl,--icf=all,-O2,--build-id=none", "--remap-path-prefix=$(sources)="]'
oracle_version := 2.19
oracle := target/oracle-$(oracle_version)
oracle_full := target/oracle-full-$(oracle_version)
# What the oracles are made of: ansible-core, and the package with all collections (12 carries core 2.19) and what their filters need.
oracle_packages := 'ansible-core==$(oracle_version).*'
oracle_full_packages := 'ansible==12.*' 'netaddr==1.3.*' 'jmespath==1.1.*' 'xmltodict==1.0.*' 'fqdn==1.6.*' \
  'passlib==1.7.*' 'cryptography==50.*' 'lxml==6.*' 'textfsm==2.*' 'hashids==1.3.*' 'jsonschema==4.26.*'
# What people use today, for `make bench`, each with its version. ansible-core-rs lives apart: its program is called `ansible`, too.
peers := target/peers
peer_packages := 'ansible-core==2.19.14' 'mitogen==0.3.54' 'pyinfra==3.10.0'
peer_rust_packages := 'ansible-core-rs==0.16.0'
# Debian's own Python where there is one; any other that can make virtual environments does as well.
python := $(firstword $(wildcard /usr/bin/python3) python3)

# A linker and a packer, the sandbox's programs, an sshd for the transports' tests, a Python for ansible-core and its like.
build_packages := binutils gcc libc6-dev zopfli
sandbox_packages := systemd-container debootstrap dpkg iproute2 nftables openssh-client
bench_packages := python3-venv rsync
test_packages := bsdutils gnupg openssh-server procps python3-venv

# What asks ansible-core runs beside what runs on hosts: each waits where the other works.
tests := $(basename $(notdir $(wildcard tests/*.rs))) $(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs))
compared := $(filter compat_%,$(tests))

# Where tests, and the demo, find the agents that farcast delivers and the programs of ansible-core.
export FARCAST_AGENT_DIR := $(CURDIR)/$(built)/agent
export FARCAST_ORACLE := $(CURDIR)/$(oracle)/bin
export FARCAST_ORACLE_FULL := $(CURDIR)/$(oracle_full)/bin
export FARCAST_PEERS := $(CURDIR)/$(peers)

.PHONY: help demo test bench bench-fleet step-by-step fuzz check build agent rust packages test-packages bench-packages oracle oracle-full peers

help: ## Say what can be made.
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22

demo: rust packages ## Boot two throwaway hosts, provision them with one playbook, prove it, take them down (needs root).
	cargo build --release --bin farcast --bin greeting --example demo
	$(MAKE) --no-print-directory agent
	$(built)/release/examples/demo

test: rust packages test-packages oracle oracle-full check agent ## Everything that CI runs: format, clippy, and every test (needs root).
	cargo test --no-run
	cargo test --no-fail-fast $(addprefix --test=,$(compared)) >target/compared.log 2>&1 & comparing=$$!; \
	  cargo test --no-fail-fast --lib --bins --examples $(addprefix --test=,$(filter-out $(compared),$(tests))) 2>&1 \
	    | tee target/test.log || failed=yes; \
	  wait $$comparing || failed=yes; \
	  tee --append target/test.log <target/compared.log; \
	  awk -f .ci/count.awk target/test.log; \
	  test -z "$${failed:-}"

# ONLY=steady,far measures these scenarios alone (docs/speed.md lists them), RUNS=9 each program nine times.
bench: rust packages agent peers ## Measure farcast beside ssh and its peers, on hosts of its own (needs root).
	cargo bench --bench run -- $(if $(ONLY),--only $(ONLY)) $(if $(RUNS),--runs $(RUNS))

bench-fleet: rust packages agent ## The same for 1,000 hosts, beside their handshakes alone (needs root).
	cargo bench --bench fleet | tee benches/results/fleet.txt

step-by-step: rust packages test-packages agent ## The tests on hosts, with one step sent at a time (`make test` sends many).
	FARCAST_LOOK_AHEAD=1 cargo test --no-fail-fast --test modules --test site --test faults --test foreign

fuzz: rust packages ## Hunt for input that breaks the loader, INI, Jinja, vaults or the wire: ten minutes each.
	@$(call install, g++)
	command -v cargo-fuzz >/dev/null || cargo install --quiet cargo-fuzz
	cargo fuzz build --sanitizer none
	$(call hunt,yaml,tests/compat/playbooks roles playbooks)
	$(call hunt,ini,tests/compat/inventories inventories)
	$(call hunt,jinja,templates)
	$(call hunt,vault,)
	$(call hunt,wire,)

# Hunts in one target, from what it found before and these files.
define hunt
mkdir -p fuzz/corpus/$(1)
cargo fuzz run --sanitizer none $(1) fuzz/corpus/$(1) $(2) -- -max_total_time=600 -timeout=10 -rss_limit_mb=2048
endef

check: rust ## Format and clippy; every warning is an error.
	@for tool in fmt clippy; do cargo $$tool --version >/dev/null 2>&1 || { \
	  echo "cargo $$tool is not installed. Run \`rustup component add rustfmt clippy\`, then run this again." >&2; exit 1; }; done
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	cargo clippy --no-default-features --lib --bin farcast-agent -- -D warnings
	cargo clippy --no-default-features --features full --lib --bin farcast-full-agent -- -D warnings

build: rust ## farcast, its agent and the greeting service, as they are shipped.
	cargo build --release
	$(MAKE) --no-print-directory agent

# What only unwinding would need is taken out of the agent, or made blank where its start refers to it: it aborts. It is packed once here,
# and not at each first contact.
agent: rust packages ## The agents alone, small: what farcast sends to hosts.
	cargo build --profile agent --no-default-features --bin farcast-agent --config $(small)
	cargo build --profile agent --no-default-features --features full --bin farcast-full-agent --config $(small)
	@$(MAKE) --no-print-directory $(built)/agent/farcast-agent.gz $(built)/agent/farcast-full-agent.gz

$(built)/agent/%.gz: $(built)/agent/%
	size=$$(readelf --wide --sections $< | sed -n 's/.* \.eh_frame  *PROGBITS  *[^ ]*  *[^ ]*  *\([^ ]*\).*/\1/p'); \
	  head -c $$((16#$$size)) /dev/zero >$<.blank
	objcopy --update-section .eh_frame=$<.blank $<
	objcopy --wildcard $(addprefix --remove-section=,.eh_frame_hdr .gcc_except_table .comment .gnu.warning.* .note.*) $<
	rm $<.blank
	if command -v zopfli >/dev/null; then zopfli --gzip --i15 $<; else gzip --keep --force --best $<; fi

rust: ## See whether Rust is here and new enough.
	@cargo --version >/dev/null 2>&1 && rustc --version >/dev/null 2>&1 || { \
	  echo "Rust is not installed. Get Rust $(rust_wanted) or newer from https://rustup.rs, then run this again." >&2; exit 1; }
	@have=$$(rustc --version | sed 's/rustc \([0-9.]*\).*/\1/'); \
	  printf '%s\n%s\n' $(rust_wanted) $$have | sort --check=quiet --version-sort || { \
	  echo "Rust $$have is too old: farcast needs $(rust_wanted) or newer. Run \`rustup update stable\`, or get it from https://rustup.rs" \
	    "(Debian's own rustc is older), then run this again." >&2; exit 1; }

packages: ## Install the Debian packages that are missing (needs root).
	@$(call install, $(build_packages) $(sandbox_packages))

test-packages: packages
	@$(call install, $(test_packages))

bench-packages: packages
	@$(call install, $(bench_packages))

# Installs those of the packages that are missing, and nothing where none is. The words of the list are the shell's.
define install
wanted="$(1)"; missing=; \
command -v dpkg-query >/dev/null || { \
  echo "This is no Debian: see to it that what these packages hold is installed: $$wanted" >&2; exit 0; }; \
for package in $$wanted; do \
  [[ $$(dpkg-query -W -f '$${db:Status-Abbrev}' $$package 2>/dev/null || true) == ii* ]] || missing+=" $$package"; \
done; \
[[ -z $$missing ]] && exit 0; \
[[ $$(id -u) == 0 ]] || { echo "As root, run: apt-get install$$missing" >&2; exit 1; }; \
echo "Installing$$missing"; \
export DEBIAN_FRONTEND=noninteractive; \
options="-y -q --no-install-recommends -o DPkg::Lock::Timeout=300"; \
apt-get install $$options $$missing || { apt-get update -q && apt-get install $$options $$missing; }
endef

oracle: $(oracle)/.ready ## ansible-core, which the compatibility tests compare with.

oracle-full: $(oracle_full)/.ready ## The ansible package with its collections, for the filters of those.

$(oracle)/.ready: | test-packages
	$(call environment, $(oracle), $(oracle_packages))
	touch $@

$(oracle_full)/.ready: | test-packages
	$(call environment, $(oracle_full), $(oracle_full_packages))
	touch $@

peers: $(peers)/.ready ## What people use today, which `make bench` measures farcast beside.

$(peers)/.ready: Makefile | bench-packages
	$(call environment, $(peers)/python, $(peer_packages))
	$(call environment, $(peers)/rust, $(peer_rust_packages))
	touch $@

# Makes a Python environment with packages in it.
define environment
rm -rf $(1)
$(python) -m venv $(1)
$(strip $(1))/bin/pip install --quiet --disable-pip-version-check $(2)
endef
