"""GitHub's objects that hardly change: users, the organisation, repositories, workflows.

Names and numbers in, the JSON objects out with every key that GitHub's webhooks give them.
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from base64 import urlsafe_b64encode
from functools import cache
from typing import Any

from .blueprints import RepositoryBlueprint, WorkflowBlueprint
from .organisation import ORGANISATION, ORGANISATION_ID, PEOPLE

JsonObject = dict[str, Any]

API = "https://api.github.com"
WEB = "https://github.com"
MADE_AT, TOUCHED_AT = "2024-02-11T09:14:27Z", "2025-06-30T16:40:05Z"

_USER_LINKS = (
    ("followers_url", "/followers"),
    ("following_url", "/following{/other_user}"),
    ("gists_url", "/gists{/gist_id}"),
    ("starred_url", "/starred{/owner}{/repo}"),
    ("subscriptions_url", "/subscriptions"),
    ("organizations_url", "/orgs"),
    ("repos_url", "/repos"),
    ("events_url", "/events{/privacy}"),
    ("received_events_url", "/received_events"),
)
_ORGANISATION_LINKS = (
    ("repos_url", "/repos"),
    ("events_url", "/events"),
    ("hooks_url", "/hooks"),
    ("issues_url", "/issues"),
    ("members_url", "/members{/member}"),
    ("public_members_url", "/public_members{/member}"),
)
_REPOSITORY_LINKS = (
    ("forks_url", "/forks"),
    ("keys_url", "/keys{/key_id}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("teams_url", "/teams"),
    ("hooks_url", "/hooks"),
    ("issue_events_url", "/issues/events{/number}"),
    ("events_url", "/events"),
    ("assignees_url", "/assignees{/user}"),
    ("branches_url", "/branches{/branch}"),
    ("tags_url", "/tags"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("trees_url", "/git/trees{/sha}"),
    ("statuses_url", "/statuses/{sha}"),
    ("languages_url", "/languages"),
    ("stargazers_url", "/stargazers"),
    ("contributors_url", "/contributors"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("commits_url", "/commits{/sha}"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("comments_url", "/comments{/number}"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("contents_url", "/contents/{+path}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("merges_url", "/merges"),
    ("archive_url", "/{archive_format}{/ref}"),
    ("downloads_url", "/downloads"),
    ("issues_url", "/issues{/number}"),
    ("pulls_url", "/pulls{/number}"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("labels_url", "/labels{/name}"),
    ("releases_url", "/releases{/id}"),
    ("deployments_url", "/deployments"),
)


def node_id(kind: str, *numbers: int) -> str:
    """A global id in the manner of GitHub's: the kind, then the numbers in base 64."""
    packed = b"".join(number.to_bytes(8, "big") for number in numbers)
    return f"{kind}_kwDO{urlsafe_b64encode(packed).decode().rstrip('=')}"


def full_name(repository: RepositoryBlueprint) -> str:
    """`owner/name`."""
    return f"{ORGANISATION}/{repository.name}"


def api_url(repository: RepositoryBlueprint) -> str:
    """Where the REST API has the repository."""
    return f"{API}/repos/{full_name(repository)}"


def web_url(repository: RepositoryBlueprint) -> str:
    """Where people see the repository."""
    return f"{WEB}/{full_name(repository)}"


def user_object(login: str) -> JsonObject:
    """One of the organisation's people."""
    return _account(login, PEOPLE[login], "User")


@cache
def organisation_object() -> JsonObject:
    """The top-level `organization`."""
    url = f"{API}/orgs/{ORGANISATION}"
    return {
        "login": ORGANISATION,
        "id": ORGANISATION_ID,
        "node_id": node_id("O", ORGANISATION_ID),
        "url": url,
        **{key: url + suffix for key, suffix in _ORGANISATION_LINKS},
        "avatar_url": f"https://avatars.githubusercontent.com/u/{ORGANISATION_ID}?v=4",
        "description": "Orders, routes and the things that ride on them",
    }


@cache
def minimal_repository_object(repository: RepositoryBlueprint) -> JsonObject:
    """The repository as a workflow_run names it within itself."""
    url = api_url(repository)
    return {
        "id": repository.id,
        "node_id": node_id("R", repository.id),
        "name": repository.name,
        "full_name": full_name(repository),
        "private": repository.private,
        "owner": _account(ORGANISATION, ORGANISATION_ID, "Organization"),
        "html_url": web_url(repository),
        "description": repository.description,
        "fork": False,
        "url": url,
        **{key: url + suffix for key, suffix in _REPOSITORY_LINKS},
    }


@cache
def repository_object(repository: RepositoryBlueprint) -> JsonObject:
    """The top-level `repository`."""
    return (
        minimal_repository_object(repository)
        | _repository_addresses(repository)
        | _repository_settings(repository)
    )


@cache
def workflow_object(repository: RepositoryBlueprint, workflow: WorkflowBlueprint) -> JsonObject:
    """The top-level `workflow` of a workflow_run; its times have milliseconds, as GitHub's do."""
    return {
        "id": workflow.id,
        "node_id": node_id("W", repository.id, workflow.id),
        "name": workflow.name,
        "path": workflow.path,
        "state": "active",
        "created_at": MADE_AT.replace("Z", ".000Z"),
        "updated_at": TOUCHED_AT.replace("Z", ".000Z"),
        "url": f"{api_url(repository)}/actions/workflows/{workflow.id}",
        "html_url": f"{web_url(repository)}/blob/main/{workflow.path}",
        "badge_url": f"{web_url(repository)}/workflows/{workflow.name}/badge.svg",
    }


@cache
def _account(login: str, account_id: int, kind: str) -> JsonObject:
    url = f"{API}/users/{login}"
    return {
        "login": login,
        "id": account_id,
        "node_id": node_id(kind[0], account_id),
        "avatar_url": f"https://avatars.githubusercontent.com/u/{account_id}?v=4",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{WEB}/{login}",
        **{key: url + suffix for key, suffix in _USER_LINKS},
        "type": kind,
        "user_view_type": "public",
        "site_admin": False,
    }


def _repository_addresses(repository: RepositoryBlueprint) -> JsonObject:
    name = full_name(repository)
    return {
        "created_at": MADE_AT,
        "updated_at": TOUCHED_AT,
        "pushed_at": TOUCHED_AT,
        "git_url": f"git://github.com/{name}.git",
        "ssh_url": f"git@github.com:{name}.git",
        "clone_url": f"{WEB}/{name}.git",
        "svn_url": f"{WEB}/{name}",
        "homepage": None,
    }


def _repository_settings(repository: RepositoryBlueprint) -> JsonObject:
    return {
        "size": 18_204,
        "stargazers_count": 12,
        "watchers_count": 12,
        "language": repository.language,
        "has_issues": True,
        "has_projects": False,
        "has_downloads": True,
        "has_wiki": False,
        "has_pages": False,
        "has_discussions": False,
        "forks_count": 3,
        "mirror_url": None,
        "archived": False,
        "disabled": False,
        "open_issues_count": 21,
        "license": _license(),
        "allow_forking": True,
        "is_template": False,
        "web_commit_signoff_required": False,
        "has_pull_requests": True,
        "pull_request_creation_policy": "all",
        "topics": list(repository.topics),
        "visibility": "private" if repository.private else "public",
        "forks": 3,
        "open_issues": 21,
        "watchers": 12,
        "default_branch": "main",
        "custom_properties": {},
    }


def _license() -> JsonObject:
    return {
        "key": "mit",
        "name": "MIT License",
        "spdx_id": "MIT",
        "url": f"{API}/licenses/mit",
        "node_id": node_id("L", 13),
    }
