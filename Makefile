# Everything below sets itself up: a virtual environment first, then whatever `python -m sandbox` finds missing.
SHELL := /bin/bash
PYTHON := .venv/bin/python
SANDBOX := $(PYTHON) -m sandbox
READY := .venv/.requirements
DOCKERFILES := $(wildcard modules/*/Dockerfile modules/_templates/*/Dockerfile examples/*/Dockerfile \
	examples/*/*/Dockerfile examples/*/modules/*/Dockerfile benchmarks/module/Dockerfile \
	sandbox/docker/aws-image/Dockerfile sandbox/offline/base-image/Dockerfile sandbox/offline/stand-ins/*/Dockerfile \
	tests/end_to_end/modules/*/Dockerfile)

# Compiled Python goes below .sandbox/ as well, and is kept, whatever the user's shell says of it.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.sandbox/pycache
unexport PYTHONDONTWRITEBYTECODE

# What is given on the command line reaches the commands in their environment, as it is: neither make nor a shell reads
# it. ARGS alone is words of the shell's.
GIVEN := MODULE EVENT SAMPLE PRINT FOLLOW SINCE GREP ALL RAW TO REASON DRY_RUN WAIT RUNS PARTS MINUTES BENCH_SAM NAME AFTER REGION BESIDE \
	REVIEWERS ALONE UNATTENDED RUNTIME STACK WHAT DEBUG_PORT
# A variable STACK of the user's shell, which may mean anything, doesn't choose a stack.
stack := $(if $(filter command,$(origin STACK)),--stack="$$STACK")
LOCAL := $(filter up watch preview debug new doctor down,$(MAKECMDGOALS))
ifneq ($(and $(stack),$(LOCAL)),)
$(error make $(LOCAL) is about the sandbox alone, so leave STACK out; the pipeline or `pulumi up` deploys another stack)
endif
$(foreach name,$(GIVEN),$(if $(value $(name)),$(eval override export $(name) := $$(value $(name)))))
module = $(if $(value MODULE),"$$MODULE",$(error say which module: make $@ MODULE=...))

.DEFAULT_GOAL := help
.PHONY: help up preview watch debug invoke logs status open releases rollback release promote prune new environment github down doctor \
	test test-newer bench lint format docs lock

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-11s %s\n", $$1, $$2 }'

up: $(READY) ## Ship the modules that changed to the local cloud, or some of them: make up [MODULE="thumbnail ai-model"]
	@$(SANDBOX) up $(if $(value MODULE),-- "$$MODULE")

preview: $(READY) ## Show what `make up` would change, and because of which files: make preview [MODULE="thumbnail ai-model"]
	@$(SANDBOX) preview $(if $(value MODULE),-- "$$MODULE")

watch: $(READY) ## Deploy modules on save, and show what they answer: make watch [MODULE="thumbnail ..."] [EVENT=file.json]
	@$(SANDBOX) watch $${EVENT:+--event="$$EVENT"} $(if $(value MODULE),-- $$MODULE)

debug: $(READY) ## Let an editor debug what is deployed: make debug MODULE=thumbnail [EVENT=file.json] [DEBUG_PORT=5678]
	@$(SANDBOX) debug $${EVENT:+--event="$$EVENT"} $${DEBUG_PORT:+--port="$$DEBUG_PORT"} -- $(module)

invoke: $(READY) ## Send an event: make invoke MODULE=thumbnail [EVENT=file.json|'{"a": 1}'|-] [SAMPLE=queue] [PRINT=1] [STACK=dev]
	@$(SANDBOX) invoke $(stack) $${EVENT:+--event="$$EVENT"} $${SAMPLE:+--sample="$${SAMPLE#1}"} $${PRINT:+--print} -- $(module)

logs: $(READY) ## Print logs: make logs [MODULE="thumbnail ai-model"] [FOLLOW=1] [SINCE=5m] [GREP=text] [ALL=1] [RAW=1] [STACK=dev]
	@$(SANDBOX) logs $(stack) $${FOLLOW:+--follow} $${SINCE:+--since="$$SINCE"} $${GREP:+--grep="$$GREP"} $${ALL:+--all} \
		$${RAW:+--raw} $(if $(value MODULE),-- "$$MODULE")

status: $(READY) ## Show what each module serves, and whether the checkout differs: make status [STACK=dev]
	@$(SANDBOX) status $(stack)

open: $(READY) ## Open a page about a module: make open MODULE=thumbnail [WHAT=url|console|logs|dashboard] [PRINT=1] [STACK=dev]
	@$(SANDBOX) open $(stack) $${WHAT:+--what="$$WHAT"} $${PRINT:+--print} -- $(module)

releases: $(READY) ## List the versions of one module or of all: make releases [MODULE=thumbnail] [STACK=dev]
	@$(SANDBOX) releases $(stack) $(if $(value MODULE),-- "$$MODULE")

rollback: $(READY) ## Serve an older version of a module: make rollback MODULE=thumbnail [TO=7] [REASON="wrong colours"] [STACK=dev]
	@$(SANDBOX) rollback $(stack) $${TO:+--to="$$TO"} $${REASON:+--reason="$$REASON"} -- $(module)

release: $(READY) ## End a rollback or a canary: make release MODULE=thumbnail [STACK=dev]
	@$(SANDBOX) release $(stack) -- $(module)

promote: $(READY) ## Watch canaries, and serve the new version to all: make promote [MODULE=thumbnail] [WAIT=1] [STACK=dev]
	@$(SANDBOX) promote $(stack) $${WAIT:+--wait} $(if $(value MODULE),-- "$$MODULE")

prune: $(READY) ## Delete unused versions of one module or of all: make prune [MODULE=thumbnail] [DRY_RUN=1] [STACK=dev]
	@$(SANDBOX) prune $(stack) $${DRY_RUN:+--dry-run} $(if $(value MODULE),-- "$$MODULE")

environment: $(READY) ## Add a stack to the pipeline: make environment NAME=staging AFTER=dev [REGION=...] [BESIDE=1]
	@$(PYTHON) -m delivery.environment $${AFTER:+--after="$$AFTER"} $${REGION:+--region="$$REGION"} $${BESIDE:+--beside} \
		-- $(if $(value NAME),"$$NAME",$(error say which: make $@ NAME=staging AFTER=dev))

new: $(READY) ## Make a module: make new MODULE=name [RUNTIME=python|node|go|web|custom]
	@$(SANDBOX) new $${RUNTIME:+--runtime="$$RUNTIME"} -- $(module)

down: $(READY) ## Destroy the local cloud and stop what `make up` started
	@$(SANDBOX) down

doctor: $(READY) ## Check what the sandbox needs
	@$(SANDBOX) doctor

github: $(READY) ## Set up the repository on GitHub: make github [REVIEWERS="octo/deployers @you"] [ALONE=1] [UNATTENDED=1]
	@$(PYTHON) -m bootstrap.github $${REVIEWERS:+--reviewers="$$REVIEWERS"} $${ALONE:+--alone} $${UNATTENDED:+--unattended}

test: $(READY) ## Run all tests, three files at a time: make test [ARGS="-n 0 tests/components"]
	@$(PYTHON) -m pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder $(ARGS)

bench: $(READY) ## Compare the speed of this project with other ways to ship: make bench [RUNS=5] [PARTS=compare,...] [MINUTES=10] [BENCH_SAM=1]
	@$(PYTHON) -m benchmarks

test-newer: $(READY) ## Run the unit tests on Python 3.13, in Python's base image
	@$(PYTHON) -m sandbox.docker.base_image
	@docker run --rm --volume "$(CURDIR):/project:ro" --workdir /project --entrypoint sh \
		--env PYTHONDONTWRITEBYTECODE=1 --env HYPOTHESIS_STORAGE_DIRECTORY=/tmp/hypothesis lambda-images/base:python3 \
		-c 'pip install -q --no-compile --ignore-installed --require-hashes -r requirements-dev.txt && python3 -m pytest -q \
		-p no:cacheprovider tests/components tests/delivery --ignore tests/delivery/test_affected.py'

lint: $(READY) ## Check style, types, Dockerfiles, workflows
	@.venv/bin/ruff check
	@.venv/bin/ruff format --check
	@.venv/bin/mypy
	@.venv/bin/yamllint --strict .
	@.venv/bin/hadolint $(DOCKERFILES)
	@$(PYTHON) -m delivery.base_images --check
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.gitlab-ci examples/ci/.gitlab-ci.yml
	@.venv/bin/zizmor --quiet --offline --persona auditor .github
	@actionlint=$$(.github/tools/build actionlint) && $$actionlint

format: $(READY) ## Format the code
	@.venv/bin/ruff check --fix
	@.venv/bin/ruff format

docs: $(READY) ## Write the generated pages and schemas
	@$(PYTHON) -m components.settings.reference
	@$(PYTHON) -m components.settings.schema
	@$(PYTHON) -m tests.sandbox.offline.plugins.report
	@$(PYTHON) -m tests.security.controls

lock: ## Write each requirements.txt from its requirements.in: make lock [ARGS=--upgrade]; needs no setup by other targets
	@sandbox/setup lock $(ARGS)

$(READY): requirements-dev.txt sandbox/setup
	@sandbox/setup
