package op

// Routes returns what the Service carries out, sorted by name.
func (s *Service) Routes() []Route {
	return []Route{
		{"CreateTable", s.createTable},
		{"DeleteItem", s.deleteItem},
		{"DeleteTable", s.deleteTable},
		{"DescribeContinuousBackups", s.describeContinuousBackups},
		{"DescribeEndpoints", s.describeEndpoints},
		{"DescribeLimits", s.describeLimits},
		{"DescribeTable", s.describeTable},
		{"DescribeTimeToLive", s.describeTimeToLive},
		{"GetItem", s.getItem},
		{"ListTables", s.listTables},
		{"ListTagsOfResource", s.listTagsOfResource},
		{"PutItem", s.putItem},
		{"TagResource", s.tagResource},
		{"UntagResource", s.untagResource},
		{"UpdateContinuousBackups", s.updateContinuousBackups},
		{"UpdateItem", s.updateItem},
		{"UpdateTable", s.updateTable},
		{"UpdateTimeToLive", s.updateTimeToLive},
	}
}
