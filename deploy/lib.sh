# Shared by start, stop and airflow: where the deployment is, what it runs with, and which processes are its own.
# shellcheck shell=bash

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
deployment=${A2N_DEPLOYMENT:-$project/.deployment}
mkdir -p "$deployment"
deployment=$(cd "$deployment" && pwd)
api_port=${A2N_API_PORT:-8080} database_port=${A2N_DATABASE_PORT:-5433} redis_port=${A2N_REDIS_PORT:-6380}
workers=${A2N_WORKERS:-2}
venv=${A2N_VENV:-$deployment/venv}

fail() { echo "$*" >&2; exit "${status:-1}"; }

# Of what is not there and cannot be had here: whoever runs this for a test may then leave it.
cannot_be_had() { status=3 fail "$*"; }

# For whatever comes after a start: a deployment keeps the ports and workers it was started with.
as_started() { [ ! -f "$deployment/started.env" ] || . "$deployment/started.env"; }

environment() {
    set -a
    . "$project/deploy/airflow.env"
    . "$deployment/secrets.env"
    set +a
    export AIRFLOW_HOME=$deployment/airflow PYTHONPATH=$project PATH=$venv/bin:$PATH
    export AIRFLOW__CORE__DAGS_FOLDER=$project/dags
    export AIRFLOW__CORE__PARALLELISM=$((workers * AIRFLOW__CELERY__WORKER_CONCURRENCY))
    export AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=postgresql+psycopg2://airflow:$DATABASE_PASSWORD@127.0.0.1:$database_port/airflow
    export AIRFLOW__CELERY__RESULT_BACKEND=db+postgresql://airflow:$DATABASE_PASSWORD@127.0.0.1:$database_port/airflow
    export AIRFLOW__CELERY__BROKER_URL=redis://:$REDIS_PASSWORD@127.0.0.1:$redis_port/0
    export AIRFLOW__CORE__EXECUTION_API_SERVER_URL=http://127.0.0.1:$api_port/execution/
    export AIRFLOW__API__HOST=127.0.0.1 AIRFLOW__API__PORT=$api_port AIRFLOW__API__BASE_URL=http://127.0.0.1:$api_port
    export A2N_DEPLOYMENT=$deployment SPT_NOENV=1 PYTHONWARNINGS=ignore
}

# Each service leads a session, in which whatever it starts stays, in whatever group and whoever its parent has become. No number is given to
# another process while a session has it, so those of a session whose leader was killed are still known by it.
processes_of() {
    local path stat fields
    for path in /proc/[0-9]*; do
        { read -r stat <"$path/stat"; } 2>/dev/null || continue
        fields=(${stat##*) })
        [ "${fields[0]}" = Z ] || [ "${fields[3]}" != "$1" ] || echo "${path#/proc/}"
    done
}

# When a process began, by the machine's clock ticks; nothing where there is none.
began_at() {
    local stat fields
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
    fields=(${stat##*) })
    [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

# Poll until a command is right, so many seconds at most.
until_so() {
    local seconds=$1
    shift
    local end=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.5
    done
}

as_database_user() {
    if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -1)
    if [ -x "$newest/initdb" ]; then echo "$newest"; elif command -v initdb >/dev/null; then dirname "$(command -v initdb)"; fi
}
