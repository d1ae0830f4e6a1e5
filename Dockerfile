# The operator as an image. Builds with `docker build` and with `buildah bud` 1.28, so: no here-documents, no COPY --link.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src

# The environment that the last stage gets has no pip of its own: this stage's pip installs into it from outside.
RUN python -m venv --without-pip /opt/entra-sync-operator

# The dependencies first, from the lock with hashes: this layer is built anew only when the lock changes.
COPY requirements.lock ./
RUN python -m pip --python /opt/entra-sync-operator/bin/python install --require-hashes --only-binary=:all: -r requirements.lock

# What makes the wheel is locked too, and stays in this stage.
COPY requirements-build.lock ./
RUN python -m pip install --require-hashes --only-binary=:all: -r requirements-build.lock

COPY pyproject.toml README.md LICENSE ./
COPY operator ./operator
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && python -m pip --python /opt/entra-sync-operator/bin/python install --no-deps --no-index dist/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="entra-sync-operator" \
      org.opencontainers.image.description="Microsoft Entra ID synchronization jobs as Kubernetes resources" \
      org.opencontainers.image.licenses="Apache-2.0"

# Nothing in a running operator installs anything, so nothing in it can.
RUN python -m pip --disable-pip-version-check uninstall --yes --quiet --root-user-action=ignore pip \
    && rm -rf /usr/local/lib/python3*/ensurepip

COPY --from=build /opt/entra-sync-operator /opt/entra-sync-operator
# The root is read-only in the cluster: modules were compiled at the build, and no later try is wanted.
ENV PATH=/opt/entra-sync-operator/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1

# By number, or the kubelet could not tell that it is not root.
USER 65532:65532
EXPOSE 8080
ENTRYPOINT ["entra-sync-operator"]
CMD ["run"]
