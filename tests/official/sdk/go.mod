// MongoDB's own client libraries, as `tests/official/test_clients.py` runs them.
module atlas-reconciler/tests/official/sdk

go 1.22

require (
	github.com/mongodb-forks/digest v1.1.0
	go.mongodb.org/atlas v0.38.0
	go.mongodb.org/atlas-sdk/v20231115008 v20231115008.5.0
)

require github.com/google/go-querystring v1.1.0 // indirect
