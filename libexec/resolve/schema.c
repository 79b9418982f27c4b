#include "schema.h"

#include <string.h>

#include "nitems.h"

#define ROW(name, type, conf, one_of, supported)			\
	{ name, KEY_##type, CONF_##conf, one_of, supported, NULL }
#define C(name, type)		ROW(name, type, CONTAINERS, NULL, true)
#define E(name, one_of)		ROW(name, STR, CONTAINERS, one_of, true)
#define S(name, type)		ROW(name, type, STORAGE, NULL, true)
#define R(name, type, one_of)	ROW(name, type, REGISTRIES, one_of, true)
/*
 * The same without effect: read and checked, but not supported, which a
 * warning says when a file sets it.
 */
#define CN(name, type)		ROW(name, type, CONTAINERS, NULL, false)
#define EN(name, one_of)	ROW(name, STR, CONTAINERS, one_of, false)
#define SN(name, type)		ROW(name, type, STORAGE, NULL, false)

/* The same where only these values have an effect. */
#define CV(name, type, values)						\
	{ name, KEY_##type, CONF_CONTAINERS, NULL, true, values }
#define EV(name, one_of, values)					\
	{ name, KEY_STR, CONF_CONTAINERS, one_of, true, values }
#define SV(name, type, values)						\
	{ name, KEY_##type, CONF_STORAGE, NULL, true, values }

/* For every key of podman's, an empty string is the default. */
const struct key schema[] = {
	C("containers.annotations", LIST),
	CN("containers.apparmor_profile", STR),
	CV("containers.base_hosts_file", STR, "/|none"),
	CN("containers.cgroup_conf", LIST),
	EV("containers.cgroupns", "private|host", "private"),
	EV("containers.cgroups", "enabled|disabled|no-conmon|split",
	    "disabled"),
	C("containers.container_name_as_hostname", BOOL),
	C("containers.default_capabilities", LIST),
	C("containers.default_sysctls", LIST),
	C("containers.default_ulimits", LIST),
	CN("containers.devices", LIST),
	C("containers.dns_options", LIST),
	C("containers.dns_searches", LIST),
	C("containers.dns_servers", LIST),
	C("containers.env", LIST),
	C("containers.env_host", BOOL),
	C("containers.host_containers_internal_ip", STR),
	C("containers.http_proxy", BOOL),
	C("containers.init", BOOL),
	CN("containers.init_path", STR),
	CN("containers.interface_name", STR),
	EV("containers.ipcns", "host|none|private|shareable",
	    "private|shareable"),
	CV("containers.keyring", BOOL, "true"),
	CV("containers.label", BOOL, "false"),
	CV("containers.label_users", BOOL, "false"),
	EV("containers.log_driver", "k8s-file|json-file|journald|none|"
	    "passthrough|passthrough-tty", "k8s-file|json-file|none"),
	CN("containers.log_path", STR),
	C("containers.log_size_max", INT),
	C("containers.log_tag", STR),
	C("containers.masked_paths", LIST),
	C("containers.mounts", LIST),
	CV("containers.netns", STR, "none|host|private"),
	C("containers.no_hosts", BOOL),
	C("containers.oom_score_adj", INT),
	EV("containers.pidns", "private|host", "private"),
	CN("containers.pids_limit", INT),
	CV("containers.prepare_volume_on_create", BOOL, "false"),
	CV("containers.privileged", BOOL, "false"),
	C("containers.read_only", BOOL),
	C("containers.readonly_paths", LIST),
	CN("containers.rootless_networking", STR),
	C("containers.seccomp_profile", STR),
	C("containers.shm_size", STR),
	C("containers.tz", STR),
	C("containers.umask", STR),
	/* See also unsupported.c. */
	CV("containers.userns", STR, "host|private|auto"),
	CN("containers.userns_size", UINT),
	EV("containers.utsns", "private|host", "private"),
	C("containers.volumes", LIST),

	CN("network.cni_plugin_dirs", LIST),
	CN("network.default_host_ips", LIST),
	CN("network.default_network", STR),
	CN("network.default_rootless_network_cmd", STR),
	CN("network.default_subnet", STR),
	CN("network.default_subnet_pools", POOLS),
	CN("network.dns_bind_port", UINT),
	CN("network.firewall_driver", STR),
	CN("network.netavark_plugin_dirs", LIST),
	EN("network.network_backend", "cni|netavark"),
	CN("network.network_config_dir", STR),
	CN("network.pasta_options", LIST),

	CN("engine.active_service", STR),
	CN("engine.add_compression", LIST),
	CN("engine.cdi_spec_dirs", LIST),
	CN("engine.cgroup_check", BOOL),
	E("engine.cgroup_manager", "systemd|cgroupfs"),
	CN("engine.chown_copied_files", BOOL),
	CN("engine.compat_api_enforce_docker_hub", BOOL),
	CN("engine.compose_providers", LIST),
	CN("engine.compose_warning_logs", BOOL),
	EN("engine.compression_format", "gzip|zstd|zstd:chunked"),
	CN("engine.compression_level", SCALAR),
	CN("engine.conmon_env_vars", LIST),
	CN("engine.conmon_path", LIST),
	CN("engine.conmonrs_path", LIST),
	C("engine.database_backend", STR),
	C("engine.detach_keys", STR),
	CN("engine.enable_port_reservation", BOOL),
	C("engine.env", LIST),
	CN("engine.events_container_create_inspect_data", BOOL),
	C("engine.events_logfile_max_size", SCALAR),
	C("engine.events_logfile_path", STR),
	C("engine.events_logger", STR),
	CN("engine.exit_command_delay", UINT),
	CN("engine.healthcheck_events", BOOL),
	CN("engine.helper_binaries_dir", LIST),
	CN("engine.hooks_dir", LIST),
	CN("engine.image_build_format", STR),
	CN("engine.image_copy_tmp_dir", STR),
	CN("engine.image_default_format", STR),
	CN("engine.image_default_transport", STR),
	CN("engine.image_parallel_copies", UINT),
	CV("engine.image_volume_mode", STR, "bind|anonymous|tmpfs|ignore"),
	CN("engine.infra_command", STR),
	CN("engine.infra_image", STR),
	CN("engine.init_path", STR),
	EN("engine.kube_generate_type", "pod|deployment"),
	C("engine.lock_type", STR),
	CN("engine.multi_image_archive", BOOL),
	C("engine.namespace", STR),
	CN("engine.network_cmd_options", LIST),
	CN("engine.network_cmd_path", STR),
	CV("engine.no_pivot_root", BOOL, "false"),
	C("engine.num_locks", UINT),
	CN("engine.platform", STR),
	CN("engine.platform_to_oci_runtime", MAP),
	EV("engine.pod_exit_policy", "continue|stop", "continue"),
	CN("engine.podmansh_timeout", UINT),
	EV("engine.pull_policy", "always|missing|never|newer",
	    "missing|never"),
	CN("engine.remote", BOOL),
	CN("engine.remote_identity", STR),
	CN("engine.remote_uri", STR),
	CN("engine.retry", UINT),
	CN("engine.retry_delay", STR),
	CV("engine.runtime", STR, "launch|bulkhead launch"),
	CN("engine.runtime_path", LIST),
	C("engine.runtime_supports_json", LIST),
	C("engine.runtime_supports_kvm", LIST),
	C("engine.runtime_supports_nocgroup", LIST),
	C("engine.runtime_supports_nocgroups", LIST),
	C("engine.runtimes", MAPLIST),
	CN("engine.runtimes_flags", MAPLIST),
	CN("engine.service_destinations", TREE),
	CN("engine.service_timeout", UINT),
	CN("engine.ssh_config", STR),
	C("engine.state_type", STR),
	C("engine.static_dir", STR),
	C("engine.stop_timeout", UINT),
	C("engine.tmp_dir", STR),
	C("engine.volume_path", STR),
	CN("engine.volume_plugin_timeout", UINT),
	CN("engine.volume_plugins", MAP),

	CN("secrets.driver", STR),
	CN("secrets.opts", MAP),
	CN("configmaps.driver", STR),
	CN("configmaps.opts", MAP),

	CN("machine.cpus", UINT),
	CN("machine.disk_size", UINT),
	CN("machine.image", STR),
	CN("machine.memory", UINT),
	CN("machine.provider", STR),
	CN("machine.rosetta", BOOL),
	CN("machine.user", STR),
	CN("machine.volumes", LIST),

	CN("farms.default", STR),
	CN("farms.list", MAPLIST),

	CN("podmansh.container", STR),
	CN("podmansh.shell", STR),
	CN("podmansh.timeout", UINT),

	S("storage.driver", STR),
	S("storage.driver_priority", LIST),
	S("storage.graphroot", STR),
	SN("storage.imagestore", STR),
	S("storage.rootless_storage_path", STR),
	S("storage.runroot", STR),
	S("storage.transient_store", BOOL),
	SN("storage.options.additionalimagestores", LIST),
	SN("storage.options.additionallayerstores", LIST),
	SN("storage.options.auto-userns-max-size", UINT),
	SN("storage.options.auto-userns-min-size", UINT),
	S("storage.options.disable-volatile", BOOL),
	SN("storage.options.force_mask", SCALAR),
	SN("storage.options.ignore_chown_errors", SCALAR),
	SN("storage.options.imagestore", STR),
	SN("storage.options.mount_program", STR),
	/* Mounts are made in a user namespace, which has no devices. */
	SV("storage.options.mountopt", STR, "nodev"),
	SN("storage.options.remap-gids", STR),
	SN("storage.options.remap-group", STR),
	SN("storage.options.remap-uids", STR),
	SN("storage.options.remap-user", STR),
	SN("storage.options.root-auto-userns-user", STR),
	SN("storage.options.size", STR),
	SN("storage.options.skip_mount_home", SCALAR),
	SN("storage.options.strip_suid_sgid", BOOL),
	SN("storage.options.use_composefs", SCALAR),
	SN("storage.options.aufs.mountopt", SCALAR),
	SN("storage.options.btrfs.min_space", SCALAR),
	SN("storage.options.btrfs.size", SCALAR),
	SN("storage.options.overlay.force_mask", SCALAR),
	SN("storage.options.overlay.ignore_chown_errors", SCALAR),
	SN("storage.options.overlay.inodes", SCALAR),
	SN("storage.options.overlay.mount_program", SCALAR),
	SV("storage.options.overlay.mountopt", SCALAR, "nodev"),
	SN("storage.options.overlay.size", SCALAR),
	SN("storage.options.overlay.skip_mount_home", SCALAR),
	SN("storage.options.overlay.sync", SCALAR),
	SN("storage.options.overlay.use_composefs", SCALAR),
	SN("storage.options.vfs.ignore_chown_errors", SCALAR),
	SN("storage.options.vfs.sync", SCALAR),
	SN("storage.options.zfs.fsname", SCALAR),
	SN("storage.options.zfs.mountopt", SCALAR),
	SN("storage.options.zfs.size", SCALAR),
	SN("storage.options.pull_options", MAP),
	SN("storage.options.thinpool", MAP),

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
