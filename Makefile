# Xiaoer 小二. `make` alone prints the menu; a line after ## is its text, a line ##@ is a heading.

VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest -n auto --maxprocesses=4 --dist=loadfile

# Where CI runs, the services are promised: a missing one is a failure, not a skip.
ifeq ($(CI),true)
export XIAOER_TEST_REQUIRE ?= postgres,chromium
endif

.DEFAULT_GOAL := menu
.PHONY: menu demo setup services test unit contracts minilm tuning lint types imports package check clean

menu:
	@awk -f scripts/menu.awk $(MAKEFILE_LIST)

##@ Use 使用
demo: ## start the demo shop 启动演示店铺 (make demo ARGS=--check plays it through 自检)
	@sh scripts/venv.sh demo
	@$(BIN)/xiaoer demo $(ARGS)

##@ Develop 开发
setup: ## make .venv with everything that development needs 准备开发环境
	@sh scripts/venv.sh dev

services: # what the browser and PostgreSQL tests need; installed on Debian as root, else told what will be skipped
	@sh scripts/services.sh

test: services setup ## all tests 运行全部测试 (make test ARGS="-k returns")
	@$(PYTEST) $(ARGS)

unit: setup ## the quick tests only 只运行单元测试
	@$(BIN)/python -m pytest tests/unit $(ARGS)

contracts: setup ## the contract of search engines on a real server 在真实搜索引擎上运行契约测试 (make contracts INDEX_URL=opensearch://localhost:9200)
	@test -n "$(INDEX_URL)" || { echo "Name the server: make contracts INDEX_URL=elasticsearch://user:password@host:9200 (opensearch://, solr://; +https)"; exit 2; }
	@XIAOER_TEST_INDEX_URL="$(INDEX_URL)" $(BIN)/python -m pytest tests/contracts/test_index.py -k TestRealServer -v $(ARGS)

minilm: # .venv-train with torch, and the encoder folder build/minilm: for the tests of fine-tuning and for benchmarks
	@sh scripts/venv_train.sh

tuning: minilm ## the tests that fine-tune models 微调测试（需要 torch）
	@XIAOER_TEST_REQUIRE=torch .venv-train/bin/python -m pytest -m torch tests/unit/nlu tests/unit/cli tests/quality $(ARGS)

lint: setup ## style of Python and of the pages 代码与页面风格
	@$(BIN)/ruff check .
	@$(BIN)/djlint xiaoer --lint --quiet

types: setup ## mypy, strict 类型检查
	@$(BIN)/mypy

imports: setup ## rooms import only what lies below them 检查分层依赖
	@$(BIN)/lint-imports

package: setup ## build the wheel, install it into an empty environment, play the demo there 打包并验证
	@sh scripts/package.sh

check: ## everything that CI runs 运行与 CI 相同的全部检查
	@bash .ci/run

clean: ## remove .venv and everything that was built 清理
	@rm -rf $(VENV) .venv-train build dist artifacts .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +
