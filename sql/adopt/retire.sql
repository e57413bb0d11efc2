-- Ends the time beside the old server: its views go, and with them the plain tokens that were kept for it. There is no way back.
-- retireReference() has checked, under the same lock, that every token has its hash and sealed form.
do $$
declare
  old_name text;
begin
  foreach old_name in array array['frames_frame', 'frames_version', 'frames_headers', 'frames_frame_related_frames',
    'frames_thumbnail', 'auth_user', 'authtoken_token', 'auth_profile_authprofile'] loop
    execute format('drop view if exists %I', old_name);
  end loop;
end
$$;

drop trigger replace_unseen_token on tokens;
drop function replace_unseen_token();
drop trigger show_empty_api_token on profiles;
drop function show_empty_api_token();

update tokens set key = null where key is not null;
update profiles set api_token = null where api_token is not null;
