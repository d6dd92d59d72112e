# SPDX-License-Identifier: Apache-2.0
# 统管 Tongguan. `make up` starts everything, `make test` proves it.
.DEFAULT_GOAL := help
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
RUN := $(VENV)/.ready-run
DEV := $(VENV)/.ready-dev
WEB := tongguan/doors/static/web/index.html
SCREENS := $(shell find frontend -path frontend/node_modules -prune -o -path frontend/openapi -prune -o -path frontend/src/api/made -prune -o -type f -print)

.PHONY: help up prepared web test check format bench screens doctor clean

help: ## list the targets / 列出可用命令
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@command -v python3 >/dev/null || { echo "需要 Python 3.11 以上 (Python 3.11 or newer is needed)"; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 以上，当前为 $$(python3 -V) (Python 3.11 or newer is needed)"; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "缺少 venv：Debian/Ubuntu 请先执行 apt-get install python3-venv (the venv module is missing)"; exit 1; }
	@echo "· 建立运行环境 (making the environment)"
	@python3 -m venv $(VENV)
	@$(PY) -m pip install --quiet --disable-pip-version-check uv

$(RUN): pyproject.toml uv.lock | $(UV)
	@echo "· 安装依赖 (installing what it runs on)"
	@$(UV) sync --quiet --frozen --inexact --no-dev
	@touch $@

$(DEV): pyproject.toml uv.lock | $(UV)
	@echo "· 安装开发与测试依赖 (installing the test tools)"
	@$(UV) sync --quiet --frozen --inexact
	@touch $@ $(RUN)

$(WEB): $(SCREENS) | $(RUN)
	@echo "· 构建三屏页面 (building the screens)"
	@$(PY) frontend/build.py
	@touch $@

web: $(WEB) ## build the screens / 构建三屏页面

up: $(RUN) ## install, prepare and start everything with a living demo city / 安装并启动（含演示城市）
	@$(MAKE) --question --no-print-directory $(WEB) || $(MAKE) --jobs 2 --no-print-directory $(WEB) prepared
	@exec $(VENV)/bin/tongguan up

prepared: $(RUN)
	@$(VENV)/bin/tongguan up --prepare

test: $(DEV) $(WEB) ## install the test tools and run every test on SQLite and PostgreSQL / 运行全部测试
	@$(PY) -m tests.passes $(ARGS)

check: $(DEV) $(WEB) ## format, lint, types, import contract, migrations, doctor / 静态检查
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/tongguan makemigrations --check --dry-run
	@$(VENV)/bin/tongguan doctor --source
	@$(VENV)/bin/tongguan openapi frontend/openapi
	@$(PY) frontend/build.py check

format: $(DEV) ## put the source into the house's form / 统一代码格式
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

bench: $(DEV) ## print the figures of every measurement in bench/ / 性能测量
	@$(PY) -m bench.run $(ARGS)

screens: $(DEV) $(WEB) ## take a picture of every page at every size into screens/ / 为每个页面截图
	@$(PY) -m tests.screens $(ARGS)

doctor: $(RUN) ## tell what is wrong with this installation / 体检
	@$(VENV)/bin/tongguan doctor

clean: ## remove the environment and caches; the city in var/ stays / 清理环境（保留 var/ 数据）
	@rm -rf $(VENV) frontend/node_modules $(dir $(WEB)) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
