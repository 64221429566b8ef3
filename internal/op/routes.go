package op

// Routes returns what the Service carries out, sorted by name.
func (s *Service) Routes() []Route {
	return []Route{
		{"BatchExecuteStatement", s.batchExecuteStatement},
		{"BatchGetItem", s.batchGetItem},
		{"BatchWriteItem", s.batchWriteItem},
		{"CreateTable", s.createTable},
		{"DeleteItem", s.deleteItem},
		{"DeleteTable", s.deleteTable},
		{"DescribeContinuousBackups", s.describeContinuousBackups},
		{"DescribeEndpoints", s.describeEndpoints},
		{"DescribeLimits", s.describeLimits},
		{"DescribeStream", s.describeStream},
		{"DescribeTable", s.describeTable},
		{"DescribeTimeToLive", s.describeTimeToLive},
		{"ExecuteStatement", s.executeStatement},
		{"ExecuteTransaction", s.executeTransaction},
		{"GetItem", s.getItem},
		{"GetRecords", s.getRecords},
		{"GetShardIterator", s.getShardIterator},
		{"ListStreams", s.listStreams},
		{"ListTables", s.listTables},
		{"ListTagsOfResource", s.listTagsOfResource},
		{"PutItem", s.putItem},
		{"Query", s.query},
		{"Scan", s.scan},
		{"TagResource", s.tagResource},
		{"TransactGetItems", s.transactGetItems},
		{"TransactWriteItems", s.transactWriteItems},
		{"UntagResource", s.untagResource},
		{"UpdateContinuousBackups", s.updateContinuousBackups},
		{"UpdateItem", s.updateItem},
		{"UpdateTable", s.updateTable},
		{"UpdateTimeToLive", s.updateTimeToLive},
	}
}
