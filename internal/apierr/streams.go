package apierr

// ExpiredIterator is the refusal of a shard iterator that is too old.
func ExpiredIterator() *Error {
	return modelled("ExpiredIteratorException", "Shard iterator has expired")
}

// TrimmedDataAccess is the refusal to read what is older than what a stream keeps.
func TrimmedDataAccess() *Error {
	return modelled("TrimmedDataAccessException", "The data you are trying to access has been trimmed")
}
