"""What people see: thin views and templates over services."""
