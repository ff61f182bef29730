"""The deployment, tried on an emulator: `infra/try-deploy`."""
