# The single-table design of many DynamoDB applications, as one would declare it for AWS. steps changes the variables.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "endpoint" {
  description = "Where Stator listens, as http://host:port."
  type        = string
}

variable "billing_mode" {
  type    = string
  default = "PAY_PER_REQUEST"
}

variable "capacity" {
  description = "Read and write capacity units of the table and of each index when they are provisioned."
  type        = number
  default     = 5
}

variable "indexes" {
  description = "Global secondary indexes; NAME has the hash key NAMEPK and projects everything."
  type        = set(string)
  default     = ["GSI1"]
}

variable "tags" {
  type = map(string)
  default = {
    Environment = "production"
    Team        = "shop"
  }
}

provider "aws" {
  region     = "us-east-1"
  access_key = "any"
  secret_key = "any"

  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true

  endpoints {
    dynamodb = var.endpoint
  }
}

locals {
  capacity = var.billing_mode == "PROVISIONED" ? var.capacity : null
}

resource "aws_dynamodb_table" "ecommerce" {
  name           = "ecommerce"
  billing_mode   = var.billing_mode
  read_capacity  = local.capacity
  write_capacity = local.capacity
  hash_key       = "PK"
  range_key      = "SK"

  # AWS refuses attributes that no key has, so those of an index come and go with it.
  dynamic "attribute" {
    for_each = setunion(["PK", "SK"], [for name in var.indexes : "${name}PK"])
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = var.indexes
    content {
      name            = global_secondary_index.value
      hash_key        = "${global_secondary_index.value}PK"
      projection_type = "ALL"
      read_capacity   = local.capacity
      write_capacity  = local.capacity
    }
  }

  tags = var.tags
}

output "arn" {
  value = aws_dynamodb_table.ecommerce.arn
}
