"""What is done for tenants: their credentials, and the plans that say so beforehand."""
