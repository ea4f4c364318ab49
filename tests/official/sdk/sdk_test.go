// Package sdk drives the simulator with MongoDB's own Go clients, in the order in which its
// Terraform provider and its command line call them. ATLAS_URL says where the simulator is.
package sdk

import (
	"context"
	"net/http"
	"os"
	"testing"

	"github.com/mongodb-forks/digest"
	"go.mongodb.org/atlas-sdk/v20231115008/admin"
	"go.mongodb.org/atlas/mongodbatlas"
)

const (
	public       = "public"
	private      = "made-up"
	organization = "5d791c84ff7a2522cc4f9aa0"
	key          = "11111111111111111111111111111111"
	otherKey     = "11111111111111111111111111111112"
	uuid         = "11111111-1111-1111-1111-111111111111"
	otherUUID    = "11111111-1111-1111-1111-111111111112"
	teams        = "https://apps.webhook.example.com/webhookb2/IncomingWebhook/484cccf0/42a0070b"
)

type settings = admin.ThirdPartyIntegration

var ctx = context.Background()

// Settings to create each type with, and what to change afterwards; PROMETHEUS is changed with no
// password in the body, since reading it gives none.
var types = map[string]struct {
	first  settings
	change func(*settings)
}{
	"PAGER_DUTY": {
		settings{ServiceKey: admin.PtrString(key)},
		func(s *settings) { s.ServiceKey = admin.PtrString(otherKey) },
	},
	"OPS_GENIE": {
		settings{ApiKey: admin.PtrString(uuid), Region: admin.PtrString("US")},
		func(s *settings) { s.ApiKey = admin.PtrString(otherUUID) },
	},
	"VICTOR_OPS": {
		settings{ApiKey: admin.PtrString(uuid), RoutingKey: admin.PtrString("testing")},
		func(s *settings) { s.ApiKey = admin.PtrString(otherUUID) },
	},
	"DATADOG": {
		settings{ApiKey: admin.PtrString(key), Region: admin.PtrString("US")},
		func(s *settings) { s.ApiKey, s.Region = admin.PtrString(otherKey), admin.PtrString("EU") },
	},
	"PROMETHEUS": {
		settings{
			Username:         admin.PtrString("someuser"),
			Password:         admin.PtrString("somepassword"),
			ServiceDiscovery: admin.PtrString("http"),
			Enabled:          admin.PtrBool(true),
		},
		func(s *settings) { s.Username = admin.PtrString("otheruser") },
	},
	"MICROSOFT_TEAMS": {
		settings{MicrosoftTeamsWebhookUrl: admin.PtrString(teams)},
		func(s *settings) { s.MicrosoftTeamsWebhookUrl = admin.PtrString(teams + "/other") },
	},
	"WEBHOOK": {
		settings{Url: admin.PtrString("https://www.example.com/webhook")},
		func(s *settings) { s.Url = admin.PtrString("https://www.example.com/webhook/updated") },
	},
	"NEW_RELIC": {
		settings{
			AccountId:  admin.PtrString(key + "01234567"),
			LicenseKey: admin.PtrString(key + "01234567"),
			ReadToken:  admin.PtrString("read"),
			WriteToken: admin.PtrString("write"),
		},
		func(s *settings) { s.ReadToken = admin.PtrString("other") },
	},
	"SLACK": {
		settings{
			ApiToken:    admin.PtrString("made-up-token"),
			ChannelName: admin.PtrString("alerts"),
			TeamName:    admin.PtrString("example"),
		},
		func(s *settings) { s.ChannelName = admin.PtrString("other") },
	},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Connect both clients: the one of today, and the one before it, which is on the API's version 1.0.
func clients(t *testing.T) (*admin.APIClient, *mongodbatlas.Client) {
	t.Helper()
	url := os.Getenv("ATLAS_URL")
	if url == "" {
		t.Skip("ATLAS_URL does not say where the simulator is")
	}
	today, err := admin.NewClient(admin.UseDigestAuth(public, private), admin.UseBaseURL(url))
	must(t, err)
	http, err := digest.NewTransport(public, private).Client()
	must(t, err)
	before, err := mongodbatlas.New(http, mongodbatlas.SetBaseURL(url+"/"))
	must(t, err)
	return today, before
}

// Make a project, and remove it in the end.
func project(t *testing.T, client *admin.APIClient, name string) string {
	t.Helper()
	group := &admin.Group{Name: name, OrgId: organization}
	made, _, err := client.ProjectsApi.CreateProject(ctx, group).Execute()
	must(t, err)
	t.Cleanup(func() {
		_, _, err := client.ProjectsApi.DeleteProject(ctx, made.GetId()).Execute()
		must(t, err)
	})
	return made.GetId()
}

func TestCreateReadChangeImportDeleteAsTheTerraformProviderDoes(t *testing.T) {
	today, before := clients(t)
	id := project(t, today, "as-the-provider")
	api := today.ThirdPartyIntegrationsApi
	for name, type_ := range types {
		t.Run(name, func(t *testing.T) {
			body := type_.first
			body.Type = admin.PtrString(name)
			_, _, err := api.CreateThirdPartyIntegration(ctx, name, id, &body).Execute()
			must(t, err)
			live, _, err := api.GetThirdPartyIntegration(ctx, id, name).Execute()
			must(t, err)
			if live.GetType() != name {
				t.Fatalf("%s is read as %s", name, live.GetType())
			}
			// It sends back what it has read, masks and all, but for what has changed.
			live.ApiKey = body.ApiKey
			type_.change(live)
			list, _, err := api.UpdateThirdPartyIntegration(ctx, name, id, live).Execute()
			must(t, err)
			if list.GetTotalCount() != 1 {
				t.Fatalf("%d integrations, not 1", list.GetTotalCount())
			}
			_, err = before.Integrations.Delete(ctx, id, name)
			must(t, err)
			_, answer, err := api.GetThirdPartyIntegration(ctx, id, name).Execute()
			if err == nil || answer.StatusCode != http.StatusNotFound {
				t.Fatalf("%s is still there: %v", name, err)
			}
		})
	}
}

func TestCreateListDescribeDeleteAsTheCommandLineDoes(t *testing.T) {
	today, _ := clients(t)
	id := project(t, today, "as-the-cli")
	api := today.ThirdPartyIntegrationsApi
	for name, type_ := range types {
		body := type_.first
		body.Type = admin.PtrString(name)
		list, _, err := api.CreateThirdPartyIntegration(ctx, name, id, &body).Execute()
		must(t, err)
		found := false
		for _, one := range list.GetResults() {
			found = found || one.GetType() == name
		}
		if !found {
			t.Fatalf("%s is not in the list that its creation gives", name)
		}
	}
	list, _, err := api.ListThirdPartyIntegrations(ctx, id).Execute()
	must(t, err)
	if len(list.GetResults()) != len(types) {
		t.Fatalf("%d integrations, not %d", len(list.GetResults()), len(types))
	}
	_, _, err = api.DeleteThirdPartyIntegration(ctx, "NEW_RELIC", id).Execute()
	must(t, err)
	_, answer, err := api.DeleteThirdPartyIntegration(ctx, "NEW_RELIC", id).Execute()
	if refusal, ok := admin.AsError(err); !ok || answer.StatusCode != http.StatusNotFound {
		t.Fatalf("deleted twice: %v %v", refusal, err)
	}
}

func TestVersionOneDoesAllThatItsClientKnows(t *testing.T) {
	today, before := clients(t)
	id := project(t, today, "as-of-old")
	for _, body := range []mongodbatlas.ThirdPartyIntegration{
		{Type: "PAGER_DUTY", ServiceKey: key},
		{Type: "OPS_GENIE", APIKey: uuid, Region: "US"},
		{Type: "VICTOR_OPS", APIKey: uuid, RoutingKey: "testing"},
		{Type: "DATADOG", APIKey: key, Region: "US"},
		{Type: "WEBHOOK", URL: "https://www.example.com/webhook", Secret: "made-up"},
		{Type: "MICROSOFT_TEAMS", MicrosoftTeamsWebhookURL: teams},
		{Type: "FLOWDOCK", FlowName: "flow", APIToken: key, OrgName: "org"},
	} {
		t.Run(body.Type, func(t *testing.T) {
			_, _, err := before.Integrations.Create(ctx, id, body.Type, &body)
			must(t, err)
			_, _, err = before.Integrations.Replace(ctx, id, body.Type, &body)
			must(t, err)
			live, _, err := before.Integrations.Get(ctx, id, body.Type)
			must(t, err)
			if live.Type != body.Type {
				t.Fatalf("%s is read as %s", body.Type, live.Type)
			}
		})
	}
	list, _, err := before.Integrations.List(ctx, id)
	must(t, err)
	if list.TotalCount != len(list.Results) || list.TotalCount != 7 {
		t.Fatalf("%d integrations of %d", len(list.Results), list.TotalCount)
	}
	for _, one := range list.Results {
		_, err := before.Integrations.Delete(ctx, id, one.Type)
		must(t, err)
	}
}
