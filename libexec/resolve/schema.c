#include "schema.h"

#include <string.h>

#include "nitems.h"

#define C(name, type)		{ name, KEY_##type, CONF_CONTAINERS, NULL }
#define E(name, one_of)		{ name, KEY_STR, CONF_CONTAINERS, one_of }
#define S(name, type)		{ name, KEY_##type, CONF_STORAGE, NULL }
#define R(name, type, one_of)	{ name, KEY_##type, CONF_REGISTRIES, one_of }

/* For every key of podman's, an empty string is the default. */
const struct key schema[] = {
	C("containers.annotations", LIST),
	C("containers.apparmor_profile", STR),
	C("containers.base_hosts_file", STR),
	C("containers.cgroup_conf", LIST),
	E("containers.cgroupns", "private|host"),
	E("containers.cgroups", "enabled|disabled|no-conmon|split"),
	C("containers.container_name_as_hostname", BOOL),
	C("containers.default_capabilities", LIST),
	C("containers.default_sysctls", LIST),
	C("containers.default_ulimits", LIST),
	C("containers.devices", LIST),
	C("containers.dns_options", LIST),
	C("containers.dns_searches", LIST),
	C("containers.dns_servers", LIST),
	C("containers.env", LIST),
	C("containers.env_host", BOOL),
	C("containers.host_containers_internal_ip", STR),
	C("containers.http_proxy", BOOL),
	C("containers.init", BOOL),
	C("containers.init_path", STR),
	C("containers.interface_name", STR),
	E("containers.ipcns", "host|none|private|shareable"),
	C("containers.keyring", BOOL),
	C("containers.label", BOOL),
	C("containers.label_users", BOOL),
	E("containers.log_driver", "k8s-file|json-file|journald|none|"
	    "passthrough|passthrough-tty"),
	C("containers.log_path", STR),
	C("containers.log_size_max", INT),
	C("containers.log_tag", STR),
	C("containers.masked_paths", LIST),
	C("containers.mounts", LIST),
	C("containers.netns", STR),
	C("containers.no_hosts", BOOL),
	C("containers.oom_score_adj", INT),
	E("containers.pidns", "private|host"),
	C("containers.pids_limit", INT),
	C("containers.prepare_volume_on_create", BOOL),
	C("containers.privileged", BOOL),
	C("containers.read_only", BOOL),
	C("containers.readonly_paths", LIST),
	C("containers.rootless_networking", STR),
	C("containers.seccomp_profile", STR),
	C("containers.shm_size", STR),
	C("containers.tz", STR),
	C("containers.umask", STR),
	C("containers.userns", STR),
	C("containers.userns_size", UINT),
	E("containers.utsns", "private|host"),
	C("containers.volumes", LIST),

	C("network.cni_plugin_dirs", LIST),
	C("network.default_network", STR),
	C("network.default_rootless_network_cmd", STR),
	C("network.default_subnet", STR),
	C("network.default_subnet_pools", POOLS),
	C("network.dns_bind_port", UINT),
	C("network.firewall_driver", STR),
	C("network.netavark_plugin_dirs", LIST),
	E("network.network_backend", "cni|netavark"),
	C("network.network_config_dir", STR),
	C("network.pasta_options", LIST),

	C("engine.active_service", STR),
	C("engine.add_compression", LIST),
	C("engine.cdi_spec_dirs", LIST),
	C("engine.cgroup_check", BOOL),
	E("engine.cgroup_manager", "systemd|cgroupfs"),
	C("engine.chown_copied_files", BOOL),
	C("engine.compat_api_enforce_docker_hub", BOOL),
	C("engine.compose_providers", LIST),
	C("engine.compose_warning_logs", BOOL),
	E("engine.compression_format", "gzip|zstd|zstd:chunked"),
	C("engine.compression_level", SCALAR),
	C("engine.conmon_env_vars", LIST),
	C("engine.conmon_path", LIST),
	C("engine.conmonrs_path", LIST),
	C("engine.database_backend", STR),
	C("engine.detach_keys", STR),
	C("engine.enable_port_reservation", BOOL),
	C("engine.env", LIST),
	C("engine.events_container_create_inspect_data", BOOL),
	C("engine.events_logfile_max_size", SCALAR),
	C("engine.events_logfile_path", STR),
	C("engine.events_logger", STR),
	C("engine.exit_command_delay", UINT),
	C("engine.healthcheck_events", BOOL),
	C("engine.helper_binaries_dir", LIST),
	C("engine.hooks_dir", LIST),
	C("engine.image_build_format", STR),
	C("engine.image_copy_tmp_dir", STR),
	C("engine.image_default_format", STR),
	C("engine.image_default_transport", STR),
	C("engine.image_parallel_copies", UINT),
	C("engine.image_volume_mode", STR),
	C("engine.infra_command", STR),
	C("engine.infra_image", STR),
	C("engine.init_path", STR),
	E("engine.kube_generate_type", "pod|deployment"),
	C("engine.lock_type", STR),
	C("engine.multi_image_archive", BOOL),
	C("engine.namespace", STR),
	C("engine.network_cmd_options", LIST),
	C("engine.network_cmd_path", STR),
	C("engine.no_pivot_root", BOOL),
	C("engine.num_locks", UINT),
	C("engine.platform_to_oci_runtime", MAP),
	E("engine.pod_exit_policy", "continue|stop"),
	C("engine.podmansh_timeout", UINT),
	E("engine.pull_policy", "always|missing|never|newer"),
	C("engine.remote", BOOL),
	C("engine.remote_identity", STR),
	C("engine.remote_uri", STR),
	C("engine.retry", UINT),
	C("engine.retry_delay", STR),
	C("engine.runtime", STR),
	C("engine.runtime_path", LIST),
	C("engine.runtime_supports_json", LIST),
	C("engine.runtime_supports_kvm", LIST),
	C("engine.runtime_supports_nocgroup", LIST),
	C("engine.runtime_supports_nocgroups", LIST),
	C("engine.runtimes", MAPLIST),
	C("engine.service_destinations", TREE),
	C("engine.service_timeout", UINT),
	C("engine.ssh_config", STR),
	C("engine.state_type", STR),
	C("engine.static_dir", STR),
	C("engine.stop_timeout", UINT),
	C("engine.tmp_dir", STR),
	C("engine.volume_path", STR),
	C("engine.volume_plugin_timeout", UINT),
	C("engine.volume_plugins", MAP),

	C("secrets.driver", STR),
	C("secrets.opts", MAP),
	C("configmaps.driver", STR),
	C("configmaps.opts", MAP),

	C("machine.cpus", UINT),
	C("machine.disk_size", UINT),
	C("machine.image", STR),
	C("machine.memory", UINT),
	C("machine.provider", STR),
	C("machine.rosetta", BOOL),
	C("machine.user", STR),
	C("machine.volumes", LIST),

	C("farms.default", STR),
	C("farms.list", MAPLIST),

	C("podmansh.container", STR),
	C("podmansh.shell", STR),
	C("podmansh.timeout", UINT),

	S("storage.driver", STR),
	S("storage.driver_priority", LIST),
	S("storage.graphroot", STR),
	S("storage.imagestore", STR),
	S("storage.rootless_storage_path", STR),
	S("storage.runroot", STR),
	S("storage.transient_store", BOOL),
	S("storage.options.additionalimagestores", LIST),
	S("storage.options.additionallayerstores", LIST),
	S("storage.options.auto-userns-max-size", UINT),
	S("storage.options.auto-userns-min-size", UINT),
	S("storage.options.disable-volatile", BOOL),
	S("storage.options.force_mask", SCALAR),
	S("storage.options.ignore_chown_errors", SCALAR),
	S("storage.options.imagestore", STR),
	S("storage.options.mount_program", STR),
	S("storage.options.mountopt", STR),
	S("storage.options.remap-gids", STR),
	S("storage.options.remap-group", STR),
	S("storage.options.remap-uids", STR),
	S("storage.options.remap-user", STR),
	S("storage.options.root-auto-userns-user", STR),
	S("storage.options.size", STR),
	S("storage.options.skip_mount_home", SCALAR),
	S("storage.options.use_composefs", SCALAR),
	S("storage.options.aufs", MAP),
	S("storage.options.btrfs", MAP),
	S("storage.options.overlay", MAP),
	S("storage.options.pull_options", MAP),
	S("storage.options.thinpool", MAP),
	S("storage.options.vfs", MAP),
	S("storage.options.zfs", MAP),

	R("registries.additional-layer-store-auth-helper", STR, NULL),
	R("registries.credential-helpers", LIST, NULL),
	R("registries.short-name-mode", STR, "enforcing|permissive|disabled"),
	R("registries.unqualified-search-registries", LIST, NULL),
	R("registries.aliases", STRMAP, NULL),
	R("registries.registry", REGISTRIES, NULL),
};
const size_t schema_len = NITEMS(schema);

/* The keys of libpod.conf, which had no tables, in containers.conf. */
static const struct {
	const char	*old, *name;
} legacy[] = {
	{ "cgroup_check",		"engine.cgroup_check" },
	{ "cgroup_manager",		"engine.cgroup_manager" },
	{ "cni_config_dir",		"network.network_config_dir" },
	{ "cni_default_network",	"network.default_network" },
	{ "cni_plugin_dir",		"network.cni_plugin_dirs" },
	{ "conmon_env_vars",		"engine.conmon_env_vars" },
	{ "conmon_path",		"engine.conmon_path" },
	{ "detach_keys",		"engine.detach_keys" },
	{ "enable_port_reservation",	"engine.enable_port_reservation" },
	{ "events_logfile_path",	"engine.events_logfile_path" },
	{ "events_logger",		"engine.events_logger" },
	{ "hooks_dir",			"engine.hooks_dir" },
	{ "image_default_transport",	"engine.image_default_transport" },
	{ "infra_command",		"engine.infra_command" },
	{ "infra_image",		"engine.infra_image" },
	{ "init_path",			"engine.init_path" },
	{ "label",			"containers.label" },
	{ "lock_type",			"engine.lock_type" },
	{ "max_log_size",		"containers.log_size_max" },
	{ "namespace",			"engine.namespace" },
	{ "network_cmd_path",		"engine.network_cmd_path" },
	{ "no_pivot_root",		"engine.no_pivot_root" },
	{ "num_locks",			"engine.num_locks" },
	{ "runtime",			"engine.runtime" },
	{ "runtime_path",		"engine.runtime_path" },
	{ "runtime_supports_json",	"engine.runtime_supports_json" },
	{ "runtime_supports_nocgroups",	"engine.runtime_supports_nocgroups" },
	{ "runtimes",			"engine.runtimes" },
	{ "state_type",			"engine.state_type" },
	{ "static_dir",			"engine.static_dir" },
	{ "tmp_dir",			"engine.tmp_dir" },
	{ "volume_path",		"engine.volume_path" },
};

/* FNV-1a. */
uint32_t
name_hash(const char *s)
{
	uint32_t	 h = 2166136261u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return (h);
}

const struct key *
schema_find(enum conf_kind conf, const char *name)
{
	static uint32_t	 hashes[NITEMS(schema)];
	uint32_t	 h = name_hash(name);

	if (hashes[0] == 0)
		for (size_t i = 0; i < schema_len; i++)
			hashes[i] = name_hash(schema[i].name);
	for (size_t i = 0; i < schema_len; i++)
		if (hashes[i] == h && schema[i].conf == conf &&
		    strcmp(schema[i].name, name) == 0)
			return (&schema[i]);
	return (NULL);
}

bool
schema_is_table(enum conf_kind conf, const char *name)
{
	size_t	 n = strlen(name);

	for (size_t i = 0; i < schema_len; i++)
		if (schema[i].conf == conf &&
		    strncmp(schema[i].name, name, n) == 0 &&
		    schema[i].name[n] == '.')
			return (true);
	return (false);
}

const char *
schema_legacy(const char *old)
{
	for (size_t i = 0; i < NITEMS(legacy); i++)
		if (strcmp(legacy[i].old, old) == 0)
			return (legacy[i].name);
	return (NULL);
}

bool
key_is_map(const struct key *key)
{
	return (key->type == KEY_MAP || key->type == KEY_STRMAP ||
	    key->type == KEY_MAPLIST || key->type == KEY_TREE);
}

const char *
schema_type_name(enum key_type type)
{
	static const char *const	 names[] = {
		[KEY_BOOL] = "true or false",
		[KEY_INT] = "an integer",
		[KEY_UINT] = "an integer",
		[KEY_STR] = "a string",
		[KEY_SCALAR] = "a string, a number or a boolean",
		[KEY_LIST] = "an array of strings",
		[KEY_POOLS] = "an array of tables with base and size",
		[KEY_MAP] = "a table",
		[KEY_STRMAP] = "a table of strings",
		[KEY_MAPLIST] = "a table of arrays of strings",
		[KEY_TREE] = "a table",
		[KEY_REGISTRIES] = "an array of tables",
	};

	return (names[type]);
}
