// Made by `npm run clients` from the OpenAPI document: changes here are lost.

export interface paths {
    "/frames/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List frames
         * @description The frames that the caller may see and that match every filter given, newest first unless ordered otherwise. Unknown parameters are ignored; a parameter without a value counts as absent.
         */
        get: operations["framesList"];
        put?: never;
        /**
         * Create a frame, or add a version to one
         * @description For superusers. Creates the frame of that basename; if there is one, adds the version to it and updates its metadata, headers and relations. One transaction: all of it or nothing. Afterwards the frame is announced on the message exchange.
         */
        post: operations["framesCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/bulk/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create many frames, or add versions to them
         * @description For superusers. Body and answer are lines of JSON (NDJSON). Each line of the body is what `POST /frames/` takes, of at most 10 MB; each line of the answer tells what became of one, in the same order, empty lines left out. Lines are written in batches as they arrive, and the answer begins when the first batch is written; behind a proxy, when the whole body is read. A line that is refused does not hold up others. A version that its frame has already is no error here, so that a body whose answer was lost can be sent again. A body of which nothing comes for five minutes is ended. A line without an answer was not written, or the connection broke before it could be told.
         */
        post: operations["framesBulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/zip/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Download frames as one ZIP
         * @description The newest files of the frames, each once, those that the caller may not see left out. The ZIP is streamed; its address in Content-Location can be fetched for a day, by ranges too, so that a download that broke off can be resumed. A range of the POST itself needs If-Range. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.
         */
        post: operations["framesZip"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/zip/{ticket}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Fetch a ZIP again
         * @description The ZIP of an earlier POST, by the address that its Content-Location gave: the same bytes, by ranges too, for a day from the POST, without a login, as long as the frames are there and whoever sent the POST may see them. Behind nginx with mod_zip the answer is the manifest from which nginx makes the ZIP.
         */
        get: operations["framesZipGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/aggregate/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Distinct values of frames
         * @description The sites, telescopes, filters, instruments, configuration types and proposals that occur among frames in a range of time.
         */
        get: operations["framesAggregate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One frame
         * @description A frame with its versions, newest first, and the address of the newest file.
         */
        get: operations["framesGet"];
        /**
         * Update a whole frame
         * @description For superusers. Takes what a POST takes, all of it required there. Versions and relations are added to those that there are, headers are replaced.
         */
        put: operations["framesUpdate"];
        post?: never;
        /**
         * Delete a frame
         * @description For superusers. Removes the frame with its versions, headers, relations and thumbnails, then the stored files: those that cannot be removed now are removed as soon as they can be.
         */
        delete: operations["framesDelete"];
        options?: never;
        head?: never;
        /**
         * Update parts of a frame
         * @description For superusers. What is not given stays as it is. Versions and relations are added to those that there are, headers are replaced.
         */
        patch: operations["framesPatch"];
        trace?: never;
    };
    "/frames/{id}/related/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The related frames of a frame
         * @description The frames that the caller may see among those that the frame is related to: its calibrations, its catalogue, what was made of it.
         */
        get: operations["framesRelated"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frames/{id}/headers/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The FITS header of a frame
         * @description Keywords and values as they were ingested; every number with the digits it came with.
         */
        get: operations["framesHeaders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frame-funpack/{id}/funpack/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The file of a frame, unpacked
         * @description The newest file as `funpack -C -S` writes it; a file that is not packed comes as it is.
         */
        get: operations["framesFunpack"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/frame-catalog/{id}/catalog/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The catalogue of a frame
         * @description A FITS file of a primary HDU with the header of the image (SCI) and the table of sources (CAT) of the newest file. 404 for a file without them.
         */
        get: operations["framesCatalog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/thumbnails/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List thumbnails
         * @description The thumbnails of the frames that the caller may see. More than 10 000 may be counted by an estimate (`count_estimated`), unless `force_count=true`.
         */
        get: operations["thumbnailsList"];
        put?: never;
        /**
         * Create or replace a thumbnail
         * @description For superusers. The frame may still be to come: then it is made from the metadata given here, without a file.
         */
        post: operations["thumbnailsCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/thumbnails/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One thumbnail
         * @description A thumbnail, with the id of its frame and where the JPEG is fetched.
         */
        get: operations["thumbnailsGet"];
        /**
         * Update a whole thumbnail
         * @description For superusers.
         */
        put: operations["thumbnailsUpdate"];
        post?: never;
        /**
         * Delete a thumbnail
         * @description For superusers. Removes the thumbnail, then its stored file.
         */
        delete: operations["thumbnailsDelete"];
        options?: never;
        head?: never;
        /**
         * Update parts of a thumbnail
         * @description For superusers.
         */
        patch: operations["thumbnailsPatch"];
        trace?: never;
    };
    "/versions/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List versions
         * @description For staff. Versions, newest first; always read from the database that is written to, never from a cache. More than 10 000 are counted by an estimate (`count_estimated`), unless `force_count=true`.
         */
        get: operations["versionsList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/versions/known/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which files are in the archive
         * @description For staff. The versions that have one of these MD5s, in no order: what an ingester asks of many files at once. Always read from the database that is written to, never from a cache.
         */
        get: operations["versionsKnown"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/versions/{id}/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One version
         * @description For staff.
         */
        get: operations["versionsGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download a file
         * @description A stored file, of archives that serve their files themselves. The `url` of a frame is such an address: signed, and valid for two days, where the frame is not public. Without a signature the caller's own rights count.
         */
        get: operations["filesGet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/profile/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who am I
         * @description The caller as the archive knows it.
         */
        get: operations["authProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api-token-auth/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get a token
         * @description The token of the user of this name and password, as the archive or the Observation Portal knows them; or, for a caller who is signed in and sends no name, the caller's own.
         */
        post: operations["authToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/revoke_token/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the token
         * @description The caller's token is not valid any more; the next log-in gives the new one.
         */
        post: operations["authRevoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/authprofile/addupdateuser/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create or update a user
         * @description For the Observation Portal, which holds the server key. What is not given stays as it is. The name of an account that was made in the archive itself is refused.
         */
        post: operations["authAddUpdateUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The collections
         * @description The addresses of the collections; to a browser, which would rather have HTML, a page for people.
         */
        get: operations["root"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the archive answers
         * @description For load balancers and watchdogs: never throttled, and nobody has to sign in.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether this process of the archive can serve
         * @description For load balancers: 200 while requests may be sent here, 503 while a needed service is away and once the process is about to stop. Services that are not needed are reported alone: without them part of the archive works, or all of it more slowly. Answers within two seconds, and is true for one. Never throttled, and nobody has to sign in.
         */
        get: operations["healthReady"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/admin/status/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the archive is
         * @description For superusers. What this process is, how it is configured (secrets are not shown), whether each service answers, what waits to be done, the last warnings and errors, and what `platestack doctor` finds of the database. Where several processes serve it is that of one of them.
         */
        get: operations["adminStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description The OpenAPI 3.1 document of the archive, from which clients can be made. Also at `/openapi.json`.
         */
        get: operations["openapi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A stored file to add. */
        VersionInput: {
            /**
             * @description The store's name of this content: S3's VersionId.
             * @example b7a2e9baf70d9c6dcca08ad7071858aa
             */
            key: string;
            /**
             * @description The MD5 of the file, hexadecimal.
             * @example 1930de44d51464786f31ca37ee3136ff
             */
            md5: string;
            /**
             * @description What follows the basename in the file name.
             * @example .fits.fz
             */
            extension: string;
            /**
             * Format: int64
             * @description The size of the file, in bytes; learnt from the store when it is not given.
             * @example 711360
             */
            size?: number | null;
            /**
             * Format: int64
             * @description The CRC-32 of the file, by which ZIP downloads can be resumed; learnt when it is not given.
             * @example 2646879101
             */
            crc32?: number | null;
        };
        /** @description What became of a line. */
        BulkOutcome: components["schemas"]["BulkDone"] | components["schemas"]["BulkNotDone"];
        /** @description A frame that is there. Where it was already, `version_set` tells under which keys: what a client stored under others is not used. */
        BulkDone: {
            /**
             * @description The number of the line, from 1; empty lines count.
             * @example 1
             */
            line: number;
            /**
             * @description The unique name of the frame: its file name up to the first dot.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename: string;
            /**
             * @description `created`: the frame is new, or was only named before. `new_version`: it got a version. `updated`: it was there, and no version was sent. `already_there`: it has all the versions; nothing was written.
             * @example created
             * @enum {string}
             */
            outcome: "created" | "new_version" | "updated" | "already_there";
            /**
             * Format: int64
             * @description The id of the frame.
             * @example 4
             */
            id: number;
            /**
             * @description The name of the newest file; absent while there is none.
             * @example cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            filename?: string;
            /**
             * @description Where the newest file is fetched; absent while there is none.
             * @example https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            url?: string;
            /**
             * @description The stored files, newest first.
             * @example [
             *       {
             *         "id": 4,
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz",
             *         "created": "2016-01-02T03:14:05.123456Z",
             *         "url": "https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz"
             *       }
             *     ]
             */
            version_set: components["schemas"]["Version"][];
        };
        Version: {
            /**
             * Format: int64
             * @description The id of the version.
             * @example 4
             */
            id: number;
            /**
             * @description The store's name of this content.
             * @example b7a2e9baf70d9c6dcca08ad7071858aa
             */
            key: string;
            /**
             * @description The MD5 of the file, hexadecimal.
             * @example 1930de44d51464786f31ca37ee3136ff
             */
            md5: string;
            /**
             * @description What follows the basename in the file name.
             * @example .fits.fz
             */
            extension: string;
            /**
             * Format: date-time
             * @description When the version was added, UTC.
             * @example 2016-01-02T03:14:05.123456Z
             */
            created: string;
            /**
             * @description Where the file is fetched; absent while the frame has no date, and for a caller who may not see the frame.
             * @example https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            url?: string;
        };
        /** @description A line that was not written. */
        BulkNotDone: {
            /**
             * @description The number of the line, from 1; empty lines count.
             * @example 1
             */
            line: number;
            /**
             * @description The unique name of the frame; null where it could not be read.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename: string | null;
            /**
             * @description `refused`: for good. `failed`: for a reason that may pass; the line may be sent again.
             * @example refused
             * @enum {string}
             */
            outcome: "refused" | "failed";
            /**
             * @description The status that a POST of this frame alone would have.
             * @example 400
             */
            status: number;
            /**
             * @description What was wrong, in the words of a POST of this frame alone.
             * @example {
             *       "observation_day": [
             *         "This field is required."
             *       ]
             *     }
             */
            errors?: unknown;
        };
        FramePage: {
            /**
             * Format: int64
             * @description How many frames match; absent in pages by cursor.
             * @example 46
             */
            count?: number;
            /**
             * @description The next page; null on the last.
             * @example https://archive.example/frames/?limit=100&offset=100
             */
            next: string | null;
            /**
             * @description The page before; null on the first.
             * @example null
             */
            previous: string | null;
            /** @description The results of this page. */
            results: components["schemas"]["Frame"][];
            /**
             * @description Whether `count` is an estimate, within a factor of two: of more than 20000 frames that match filters which are not counted beforehand (text, sky, header, id; a part of a target name alone is, newest first), from how many of 8000 frames match that are spread over all. Absent in pages by cursor.
             * @example false
             */
            count_estimated?: boolean;
        };
        /** @description A frame as it is read, with the FITS keywords that older clients know beside the newer names. */
        Frame: {
            /**
             * Format: int64
             * @description The id of the frame.
             * @example 4
             */
            id: number;
            /**
             * @description The unique name of the frame: its file name up to the first dot.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename: string;
            area?: components["schemas"]["Area"];
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day: string | null;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id: number | null;
            /**
             * @description The stored files, newest first.
             * @example [
             *       {
             *         "id": 4,
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz",
             *         "created": "2016-01-02T03:14:05.123456Z",
             *         "url": "https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz"
             *       }
             *     ]
             */
            version_set: components["schemas"]["Version"][];
            /**
             * @description The ids of the related frames.
             * @example [
             *       1,
             *       2
             *     ]
             */
            related_frames?: number[];
            /**
             * @description Where the newest file is fetched; null while there is none.
             * @example https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            url: string | null;
            /**
             * @description The name of the newest file; null while there is none.
             * @example cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            filename: string | null;
            /**
             * Format: date-time
             * @description When the frame was last modified, UTC, where include_modified asks for it.
             * @example 2016-01-02T03:14:05.123456Z
             */
            modified?: string;
            /**
             * @description The thumbnails, where include_thumbnails asks for them.
             * @example [
             *       {
             *         "id": 7,
             *         "size": "small",
             *         "basename": "cpt1m010-kb70-20160102-0010-e00-small",
             *         "extension": ".jpg",
             *         "key": "9ca08c222c1464208669acc9524392b5",
             *         "frame": 4,
             *         "url": "https://archive.example/files/cpt/kb70/20160102/thumbnails/cpt1m010-kb70-20160102-0010-e00-small.jpg"
             *       }
             *     ]
             */
            thumbnails?: components["schemas"]["Thumbnail"][];
            /**
             * Format: date-time
             * @description The same as `observation_date`, under its FITS keyword.
             * @example 2016-01-02T03:04:05.678000Z
             */
            DATE_OBS: string | null;
            /**
             * Format: date
             * @description The same as `observation_day`, under its FITS keyword.
             * @example 2016-01-02
             */
            DAY_OBS: string | null;
            /**
             * @description The same as `proposal_id`, under its FITS keyword.
             * @example KEY2014A-002
             */
            PROPID: string;
            /**
             * @description The same as `instrument_id`, under its FITS keyword.
             * @example kb70
             */
            INSTRUME: string;
            /**
             * @description The same as `target_name`, under its FITS keyword.
             * @example M 31
             */
            OBJECT: string;
            /**
             * @description The same as `reduction_level`, under its FITS keyword.
             * @example 0
             */
            RLEVEL: number;
            /**
             * @description The same as `site_id`, under its FITS keyword.
             * @example cpt
             */
            SITEID: string;
            /**
             * @description The same as `telescope_id`, under its FITS keyword.
             * @example 1m0a
             */
            TELID: string;
            /**
             * Format: double
             * @description The same as `exposure_time`, under its FITS keyword.
             * @example 30.5
             */
            EXPTIME: number | null;
            /**
             * @description The same as `primary_optical_element`, under its FITS keyword.
             * @example rp
             */
            FILTER: string;
            /**
             * Format: date-time
             * @description The same as `public_date`, under its FITS keyword.
             * @example 2017-01-02T03:04:05.678000Z
             */
            L1PUBDAT: string | null;
            /**
             * @description The same as `configuration_type`, under its FITS keyword.
             * @example EXPOSE
             */
            OBSTYPE: string;
            /**
             * @description The same as `observation_id`, under its FITS keyword.
             * @example 1001
             */
            BLKUID: number | null;
            /**
             * @description The same as `request_id`, under its FITS keyword.
             * @example 2001
             */
            REQNUM: number | null;
        };
        /**
         * @description A GeoJSON Polygon; longitude is RA, in -180…180 degrees, latitude Dec in degrees.
         * @example {
         *       "type": "Polygon",
         *       "coordinates": [
         *         [
         *           [
         *             10.48,
         *             41.07
         *           ],
         *           [
         *             10.48,
         *             41.47
         *           ],
         *           [
         *             10.88,
         *             41.47
         *           ],
         *           [
         *             10.88,
         *             41.07
         *           ],
         *           [
         *             10.48,
         *             41.07
         *           ]
         *         ]
         *       ]
         *     }
         */
        Area: {
            /**
             * @description The kind of geometry.
             * @example Polygon
             * @enum {string}
             */
            type: "Polygon";
            /**
             * @description The outer ring, then its holes; degrees.
             * @example [
             *       [
             *         [
             *           10.48,
             *           41.07
             *         ],
             *         [
             *           10.48,
             *           41.47
             *         ],
             *         [
             *           10.88,
             *           41.47
             *         ],
             *         [
             *           10.88,
             *           41.07
             *         ],
             *         [
             *           10.48,
             *           41.07
             *         ]
             *       ]
             *     ]
             */
            coordinates: number[][][];
        };
        Thumbnail: {
            /**
             * Format: int64
             * @description The id of the thumbnail.
             * @example 7
             */
            id: number;
            /**
             * @description The size.
             * @example small
             */
            size: string;
            /**
             * @description The unique name.
             * @example cpt1m010-kb70-20160102-0010-e00-small
             */
            basename: string;
            /**
             * @description What follows the basename in the file name.
             * @example .jpg
             */
            extension: string;
            /**
             * @description The store's name of this content.
             * @example 9ca08c222c1464208669acc9524392b5
             */
            key: string;
            /**
             * Format: int64
             * @description The id of the frame.
             * @example 4
             */
            frame: number;
            /**
             * @description Where the JPEG is fetched.
             * @example https://archive.example/files/cpt/kb70/20160102/thumbnails/cpt1m010-kb70-20160102-0010-e00-small.jpg
             */
            url: string;
        };
        /**
         * @description What was refused, any JSON: mostly an object `{field: [message]}`, nested as the input is (`non_field_errors` for what concerns no single field, `detail: message` for a body that cannot be read); in some cases a list of messages, or a message.
         * @example {
         *       "start": [
         *         "Enter a valid date/time."
         *       ]
         *     }
         */
        Refusal: unknown;
        /** @description Why a request was refused. */
        Detail: {
            /**
             * @description What is wrong, for people.
             * @example Not found.
             */
            detail: string;
        };
        /** @description A frame as writes answer it. */
        WrittenFrame: {
            /**
             * Format: int64
             * @description The id of the frame.
             * @example 4
             */
            id: number;
            /**
             * @description The unique name of the frame: its file name up to the first dot.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename: string;
            area?: components["schemas"]["Area"];
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day: string | null;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id: number | null;
            /**
             * @description The stored files, newest first.
             * @example [
             *       {
             *         "id": 4,
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz",
             *         "created": "2016-01-02T03:14:05.123456Z",
             *         "url": "https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz"
             *       }
             *     ]
             */
            version_set: components["schemas"]["Version"][];
            /**
             * @description The ids of the related frames.
             * @example [
             *       1,
             *       2
             *     ]
             */
            related_frames?: number[];
            /**
             * @description Where the newest file is fetched; absent while there is none.
             * @example https://archive.example/files/cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            url?: string;
            /**
             * @description The name of the newest file; absent while there is none.
             * @example cpt1m010-kb70-20160102-0010-e00.fits.fz
             */
            filename?: string;
        };
        /** @description A frame as it is sent, whole. */
        FrameInput: {
            /**
             * @description The unique name of the frame: its file name up to the first dot.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename: string;
            /**
             * @description The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in degrees (ICRS); null when it covers none.
             * @example {
             *       "type": "Polygon",
             *       "coordinates": [
             *         [
             *           [
             *             10.48,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.07
             *           ]
             *         ]
             *       ]
             *     }
             */
            area: (components["schemas"]["Area"] | (string | null)) | null;
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date?: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day: string;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id?: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id?: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name?: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level?: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id?: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id?: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time?: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element?: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date?: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id?: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id?: number | null;
            /**
             * @description The stored files to add to the frame.
             * @example [
             *       {
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz"
             *       }
             *     ]
             */
            version_set: components["schemas"]["VersionInput"][];
            /**
             * @description The file's FITS header, as JSON.
             * @example {
             *       "OBJECT": "M 31",
             *       "AIRMASS": 1.0129248
             *     }
             */
            headers: {
                [key: string]: unknown;
            };
            /**
             * @description Basenames of related frames, present or still to come.
             * @example [
             *       "cpt1m010-kb70-20160101-0001-b00"
             *     ]
             */
            related_frame_filenames: string[];
        };
        ZipRequest: {
            /**
             * @description The ids of the frames; those that the caller may not see are left out.
             * @example [
             *       4,
             *       5
             *     ]
             */
            frame_ids: number[];
            /**
             * @description true: fpacked files are unpacked.
             * @example false
             */
            uncompress?: boolean;
            /**
             * @description true: of reduced frames only the catalogue.
             * @example false
             */
            catalog_only?: boolean;
            /**
             * @description The token of the user who asks, for forms that cannot send headers.
             * @example 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b
             */
            auth_token?: string;
        };
        Aggregates: {
            /**
             * @description Site codes.
             * @example [
             *       "ogg"
             *     ]
             */
            sites: string[];
            /**
             * @description Telescope codes.
             * @example [
             *       "2m0a"
             *     ]
             */
            telescopes: string[];
            /**
             * @description Primary optical elements.
             * @example [
             *       "rp"
             *     ]
             */
            filters: string[];
            /**
             * @description Instrument codes.
             * @example [
             *       "fs02"
             *     ]
             */
            instruments: string[];
            /**
             * @description Configuration types.
             * @example [
             *       "EXPOSE"
             *     ]
             */
            obstypes: string[];
            /**
             * @description Proposals.
             * @example [
             *       "KEY2014A-002"
             *     ]
             */
            proposals: string[];
            /**
             * @description With `counts=true`: of each list above, how many frames have each of its values.
             * @example {
             *       "sites": {
             *         "ogg": 1520
             *       }
             *     }
             */
            counts?: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /**
             * @description More than 20000 frames match filters that are not counted beforehand; these are the values of so many of them.
             * @example true
             * @enum {boolean}
             */
            is_partial?: true;
            /**
             * Format: date-time
             * @description When this was computed, UTC.
             * @example 2016-06-01T00:00:00.000Z
             */
            generated_at: string;
        };
        /** @description What is to change of a frame. */
        FrameChange: {
            /**
             * @description The unique name of the frame: its file name up to the first dot.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            basename?: string;
            /**
             * @description The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in degrees (ICRS); null when it covers none.
             * @example {
             *       "type": "Polygon",
             *       "coordinates": [
             *         [
             *           [
             *             10.48,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.07
             *           ]
             *         ]
             *       ]
             *     }
             */
            area?: (components["schemas"]["Area"] | (string | null)) | null;
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date?: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day?: string;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id?: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id?: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name?: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level?: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id?: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id?: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time?: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element?: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date?: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type?: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id?: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id?: number | null;
            /**
             * @description The stored files to add to the frame.
             * @example [
             *       {
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz"
             *       }
             *     ]
             */
            version_set?: components["schemas"]["VersionInput"][];
            /**
             * @description The file's FITS header, as JSON.
             * @example {
             *       "OBJECT": "M 31",
             *       "AIRMASS": 1.0129248
             *     }
             */
            headers?: {
                [key: string]: unknown;
            };
            /**
             * @description Basenames of related frames, present or still to come.
             * @example [
             *       "cpt1m010-kb70-20160101-0001-b00"
             *     ]
             */
            related_frame_filenames?: string[];
        };
        Headers: {
            /**
             * @description The FITS header: keyword to value, as it was ingested.
             * @example {
             *       "OBJECT": "M 31",
             *       "AIRMASS": 1.0129248
             *     }
             */
            data: {
                [key: string]: unknown;
            };
        };
        ThumbnailPage: {
            /**
             * Format: int64
             * @description How many results there are in all.
             * @example 46
             */
            count: number;
            /**
             * @description true: `count` is an estimate, within a factor of two; absent where it is exact.
             * @example true
             * @enum {boolean}
             */
            count_estimated?: true;
            /**
             * @description The next page; null on the last.
             * @example https://archive.example/frames/?limit=100&offset=100
             */
            next: string | null;
            /**
             * @description The page before; null on the first.
             * @example null
             */
            previous: string | null;
            /** @description The results of this page. */
            results: components["schemas"]["Thumbnail"][];
        };
        /** @description A thumbnail as its creation answers it, with its frame. */
        WrittenThumbnail: {
            /**
             * @description The size.
             * @example small
             */
            size: string;
            /**
             * @description The unique name.
             * @example cpt1m010-kb70-20160102-0010-e00-small
             */
            basename: string;
            /**
             * @description What follows the basename in the file name.
             * @example .jpg
             */
            extension: string;
            /**
             * @description The store's name of this content.
             * @example 9ca08c222c1464208669acc9524392b5
             */
            key: string;
            /**
             * @description Where the JPEG is fetched.
             * @example https://archive.example/files/cpt/kb70/20160102/thumbnails/cpt1m010-kb70-20160102-0010-e00-small.jpg
             */
            url: string;
            frame: components["schemas"]["WrittenFrame"];
        };
        /** @description A thumbnail as it is sent, whole. */
        ThumbnailInput: {
            /**
             * @description The unique name of the thumbnail.
             * @example cpt1m010-kb70-20160102-0010-e91-small
             */
            basename: string;
            /**
             * @description The size of the thumbnail.
             * @example small
             */
            size: string;
            /**
             * @description The frame that it is of, present or still to come.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            frame_basename: string;
            /**
             * @description The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in degrees (ICRS); null when it covers none.
             * @example {
             *       "type": "Polygon",
             *       "coordinates": [
             *         [
             *           [
             *             10.48,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.07
             *           ]
             *         ]
             *       ]
             *     }
             */
            area?: (components["schemas"]["Area"] | (string | null)) | null;
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date?: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day: string;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id?: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id?: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name?: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level?: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id?: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id?: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time?: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element?: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date?: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type?: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id?: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id?: number | null;
            /**
             * @description The stored files to add to the frame.
             * @example [
             *       {
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz"
             *       }
             *     ]
             */
            version_set: components["schemas"]["VersionInput"][];
        };
        /** @description What is to change of a thumbnail. */
        ThumbnailChange: {
            /**
             * @description The unique name of the thumbnail.
             * @example cpt1m010-kb70-20160102-0010-e91-small
             */
            basename?: string;
            /**
             * @description The size of the thumbnail.
             * @example small
             */
            size?: string;
            /**
             * @description The frame that it is of, present or still to come.
             * @example cpt1m010-kb70-20160102-0010-e00
             */
            frame_basename?: string;
            /**
             * @description The sky that the frame covers: a GeoJSON Polygon (or WKT, EWKT, hexadecimal WKB), RA and Dec in degrees (ICRS); null when it covers none.
             * @example {
             *       "type": "Polygon",
             *       "coordinates": [
             *         [
             *           [
             *             10.48,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.47
             *           ],
             *           [
             *             10.88,
             *             41.07
             *           ],
             *           [
             *             10.48,
             *             41.07
             *           ]
             *         ]
             *       ]
             *     }
             */
            area?: (components["schemas"]["Area"] | (string | null)) | null;
            /**
             * Format: date-time
             * @description Start of the exposure (DATE-OBS), UTC.
             * @example 2016-01-02T03:04:05.678000Z
             */
            observation_date?: string | null;
            /**
             * Format: date
             * @description The observing day (DAY-OBS): the date of the night.
             * @example 2016-01-02
             */
            observation_day?: string;
            /**
             * @description The proposal that owns the data.
             * @example KEY2014A-002
             */
            proposal_id?: string;
            /**
             * @description The instrument (camera) code.
             * @example kb70
             */
            instrument_id?: string;
            /**
             * @description The name of the target.
             * @example M 31
             */
            target_name?: string;
            /**
             * @description The reduction level: 0 is raw, 91 fully reduced.
             * @example 0
             */
            reduction_level?: number;
            /**
             * @description The site code.
             * @example cpt
             */
            site_id?: string;
            /**
             * @description The telescope code.
             * @example 1m0a
             */
            telescope_id?: string;
            /**
             * Format: double
             * @description The exposure time, in seconds.
             * @example 30.5
             */
            exposure_time?: number | null;
            /**
             * @description The filter or other primary optical element.
             * @example rp
             */
            primary_optical_element?: string;
            /**
             * Format: date-time
             * @description When the frame becomes public, UTC; null: never.
             * @example 2017-01-02T03:04:05.678000Z
             */
            public_date?: string | null;
            /**
             * @description The configuration type (OBSTYPE).
             * @example EXPOSE
             */
            configuration_type?: string;
            /**
             * @description The observation (BLKUID).
             * @example 1001
             */
            observation_id?: number | null;
            /**
             * @description The request (REQNUM).
             * @example 2001
             */
            request_id?: number | null;
            /**
             * @description The stored files to add to the frame.
             * @example [
             *       {
             *         "key": "b7a2e9baf70d9c6dcca08ad7071858aa",
             *         "md5": "1930de44d51464786f31ca37ee3136ff",
             *         "extension": ".fits.fz"
             *       }
             *     ]
             */
            version_set?: components["schemas"]["VersionInput"][];
        };
        VersionPage: {
            /**
             * Format: int64
             * @description How many results there are in all.
             * @example 46
             */
            count: number;
            /**
             * @description true: `count` is an estimate, within a factor of two; absent where it is exact.
             * @example true
             * @enum {boolean}
             */
            count_estimated?: true;
            /**
             * @description The next page; null on the last.
             * @example https://archive.example/frames/?limit=100&offset=100
             */
            next: string | null;
            /**
             * @description The page before; null on the first.
             * @example null
             */
            previous: string | null;
            /** @description The results of this page. */
            results: components["schemas"]["Version"][];
        };
        KnownVersions: {
            /** @description The versions. */
            results: components["schemas"]["Version"][];
        };
        Profile: {
            /**
             * @description The user name; empty for an anonymous caller.
             * @example frodo
             */
            username: string;
            profile: components["schemas"]["PortalProfile"];
            /**
             * @description Whether the user is staff.
             * @example false
             */
            is_staff: boolean;
        };
        /** @description What the Observation Portal says of the user. */
        PortalProfile: {
            /**
             * @description The proposals whose frames the user may see.
             * @example [
             *       "KEY2014A-002"
             *     ]
             */
            proposals?: string[];
        };
        Token: {
            /**
             * @description The user's token: the same until it is revoked.
             * @example 9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b
             */
            token: string;
        };
        Login: {
            /**
             * @description The user name.
             * @example frodo
             */
            username: string;
            /**
             * Format: password
             * @description The password.
             * @example theone
             */
            password: string;
        };
        Message: {
            /**
             * @description What was done.
             * @example API token revoked.
             */
            message: string;
        };
        PortalUser: {
            /**
             * @description The user name.
             * @example frodo
             */
            username: string;
            /**
             * @description The first name.
             * @example Frodo
             */
            first_name?: string;
            /**
             * @description The last name.
             * @example Baggins
             */
            last_name?: string;
            /**
             * @description The e-mail address.
             * @example frodo@example.org
             */
            email?: string;
            /**
             * @description Whether the user is staff.
             * @example false
             */
            is_staff?: boolean;
            /**
             * @description Whether the user is a superuser.
             * @example false
             */
            is_superuser?: boolean;
            /** @description The portal's profile of the user. */
            profile?: {
                /**
                 * @description Whether the portal shows the user the view of staff.
                 * @example false
                 */
                staff_view?: boolean;
            };
            /** @description The tokens of the user. */
            tokens?: {
                /**
                 * @description The portal's api token of the user.
                 * @example frodo-api-token
                 */
                api_token?: string | null;
            };
        };
        Collections: {
            /**
             * @description Where frames is.
             * @example https://archive.example/frames/
             */
            frames: string;
            /**
             * @description Where versions is.
             * @example https://archive.example/versions/
             */
            versions: string;
            /**
             * @description Where thumbnails is.
             * @example https://archive.example/thumbnails/
             */
            thumbnails: string;
            /**
             * @description Where profile is.
             * @example https://archive.example/profile/
             */
            profile: string;
        };
        Readiness: {
            /**
             * @description ready: requests may come. unavailable: a needed service is away. draining: this process is about to stop, and still serves what comes.
             * @example ready
             * @enum {string}
             */
            status: "ready" | "unavailable" | "draining";
            /** @description The services that are configured. */
            services: {
                database?: components["schemas"]["ServiceState"];
                replica?: components["schemas"]["ServiceState"];
                files?: components["schemas"]["ServiceState"];
                cache?: components["schemas"]["ServiceState"];
                messages?: components["schemas"]["ServiceState"];
                portal?: components["schemas"]["ServiceState"];
            };
        };
        /** @description Whether one of the services that the archive consists of answers. */
        ServiceState: {
            /**
             * @description Whether it answers.
             * @example true
             */
            ok: boolean;
            /**
             * @description Whether the archive is taken for unavailable without it.
             * @example true
             */
            needed: boolean;
            /**
             * Format: int64
             * @description How long it took to find out, in milliseconds.
             * @example 2
             */
            ms: number;
            /**
             * @description Why it does not: for superusers alone.
             * @example no answer within 400 ms
             */
            reason?: string;
        };
        Status: {
            /**
             * @description The release.
             * @example 1.0.0
             */
            version: string;
            /**
             * @description What runs it.
             * @example Node 24.1.0
             */
            runtime: string;
            /**
             * Format: int64
             * @description Its number in the system.
             * @example 4711
             */
            pid: number | null;
            /**
             * @description When it was started.
             * @example 2026-01-02T03:04:05.678Z
             */
            started: string;
            /**
             * Format: int64
             * @description How many seconds ago that was.
             * @example 86400
             */
            uptime_s: number;
            /**
             * Format: int64
             * @description How many processes serve.
             * @example 4
             */
            workers: number;
            /**
             * Format: int64
             * @description Which of them this is, from 1.
             * @example 1
             */
            worker: number;
            /**
             * @description As of `/health/ready/`.
             * @example ready
             * @enum {string}
             */
            status: "ready" | "unavailable" | "draining";
            /**
             * @description The services that are configured.
             * @example {
             *       "database": {
             *         "ok": true,
             *         "needed": true,
             *         "ms": 2
             *       }
             *     }
             */
            services: {
                [key: string]: components["schemas"]["ServiceState"];
            };
            /**
             * @description The variables that are set; of secrets, that they are.
             * @example {
             *       "DB_HOST": "db.example"
             *     }
             */
            configuration: {
                [key: string]: string;
            };
            database: components["schemas"]["DatabaseState"];
            /**
             * @description How far stored files have been verified: by `platestack verify`.
             * @example {}
             */
            verification: {
                [key: string]: unknown;
            } | null;
            replica: components["schemas"]["ReplicaState"];
            /**
             * @description By service.
             * @example {
             *       "s3": {
             *         "now": 0,
             *         "begun": 1
             *       }
             *     }
             */
            outages: {
                [key: string]: components["schemas"]["OutageCount"];
            };
            /** @description The last warnings and errors of its log. */
            problems: components["schemas"]["LoggedProblem"][];
            /** @description What doctor finds of the database. */
            findings: components["schemas"]["Finding"][];
        };
        /** @description What waits in the database. Absent or null: it could not be read. */
        DatabaseState: {
            /** @description Messages to be sent. */
            outbox: {
                /**
                 * Format: int64
                 * @description How many wait; the count ends at 10 000.
                 * @example 0
                 */
                waiting: number;
                /**
                 * Format: double
                 * @description For how many seconds the first has waited.
                 * @example 0
                 */
                oldest_s: number;
                /**
                 * Format: int64
                 * @description How many more were given up, and wait for an operator.
                 * @example 0
                 */
                dead: number;
            };
            /** @description Files to be removed. */
            removals: {
                /**
                 * Format: int64
                 * @description How many wait; the count ends at 10 000.
                 * @example 0
                 */
                waiting: number;
                /**
                 * Format: double
                 * @description For how many seconds the first has waited.
                 * @example 0
                 */
                oldest_s: number;
            };
            /** @description Frames to be counted. */
            rollups: {
                /**
                 * @description Whether frames are counted at all.
                 * @example true
                 */
                built: boolean;
                /**
                 * Format: int64
                 * @description How many changes are not counted yet; it ends at 10 000.
                 * @example 0
                 */
                waiting: number;
            };
            /** @description The frames. */
            frames: {
                /**
                 * Format: int64
                 * @description About how many frames there are.
                 * @example 2000000
                 */
                estimated: number;
            };
        } | null;
        /** @description What is known of the replica. */
        ReplicaState: {
            /**
             * @description Whether reads go there.
             * @example true
             */
            is_used: boolean;
            /**
             * Format: double
             * @description How many seconds it is behind the writer at most; null: not known.
             * @example 0.1
             */
            lag_s: number | null;
            /**
             * @description Why it is left alone.
             * @example it cannot be reached
             */
            reason: string | null;
        } | null;
        /** @description The outages of one service since the process began. */
        OutageCount: {
            /**
             * Format: int64
             * @description How many last.
             * @example 0
             */
            now: number;
            /**
             * Format: int64
             * @description How many have begun.
             * @example 1
             */
            begun: number;
        };
        /** @description A warning or an error of the log. */
        LoggedProblem: {
            /**
             * @description How bad it is.
             * @example warning
             * @enum {string}
             */
            level: "warning" | "error";
            /**
             * @description What was logged.
             * @example S3 failed
             */
            message: string;
            /**
             * Format: int64
             * @description How often.
             * @example 3
             */
            times: number;
            /**
             * @description When first.
             * @example 2026-01-02T03:04:05.678Z
             */
            first: string;
            /**
             * @description When last.
             * @example 2026-01-02T03:05:05.678Z
             */
            last: string;
            /**
             * @description What was logged with it the last time.
             * @example {}
             */
            fields: {
                [key: string]: unknown;
            };
        };
        /** @description One thing that `platestack doctor` looks at. */
        Finding: {
            /**
             * @description What it is about.
             * @example database
             */
            subject: string;
            /**
             * @description How bad it is.
             * @example ok
             * @enum {string}
             */
            level: "ok" | "warning" | "error";
            /**
             * @description What was found.
             * @example all indexes are there
             */
            says: string;
            /**
             * @description What to do about it.
             * @example Run platestack migrate.
             */
            advice?: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    framesList: {
        parameters: {
            query?: {
                /**
                 * @description Results a page (100 unless the archive is configured otherwise); more than the archive allows (1000) is cut silently to what it allows.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description How many results to pass over.
                 * @example 200
                 */
                offset?: number;
                /**
                 * @description The format of the answer; there is one: `json`.
                 * @example json
                 */
                format?: "json";
                /**
                 * @description false: leave the ids of related frames out.
                 * @example false
                 */
                include_related_frames?: boolean;
                /**
                 * @description true: add each frame's thumbnails.
                 * @example true
                 */
                include_thumbnails?: boolean;
                /**
                 * @description true: say of each frame when it was last modified.
                 * @example true
                 */
                include_modified?: boolean;
                /**
                 * @description Comma-separated fields, `-` for descending: id, basename, observation_date, primary_optical_element, configuration_type, proposal_id, instrument_id, target_name, reduction_level, exposure_time, distance. At most four of them; nothing after id or basename, which no two frames share, has a say. Text goes by code point, ties by descending id. `distance`, on the sphere, is that of the middle of the area from the middle of the `cone`, which has to be given with at most 10 degrees: all areas that hold a target are equally near to it, the one in whose middle it lies comes first. Pages by cursor do not go by distance.
                 * @example -observation_date
                 */
                ordering?: string;
                /**
                 * @description `cursor`: pages that are linked by opaque cursors, at a constant cost at any depth, without a count; `offset` otherwise.
                 * @example cursor
                 */
                pagination_style?: "offset" | "cursor";
                /**
                 * @description Where a page of pagination_style=cursor goes on: only ever taken from `next` or `previous`.
                 * @example eyJv…
                 */
                cursor?: string;
                /**
                 * @description true: count exactly however long it takes; else a large count may be estimated.
                 * @example true
                 */
                force_count?: boolean;
                /**
                 * @description Only frames whose id is greater than this.
                 * @example 3740
                 */
                id__gt?: number;
                /**
                 * @description Only frames whose id is less than this.
                 * @example 3740
                 */
                id__lt?: number;
                /**
                 * @description Observed at or after this time (UTC unless it names a zone).
                 * @example 2016-01-05 03:04
                 */
                start?: string;
                /**
                 * @description Observed at or before this time (UTC unless it names a zone).
                 * @example 2016-02-01
                 */
                end?: string;
                /**
                 * @description Observed at exactly this time (UTC).
                 * @example 2016-01-02T03:04:05.678
                 */
                DATE_OBS?: string;
                /**
                 * @description The observing day: the date of the night.
                 * @example 2016-01-02
                 */
                dayobs?: string;
                /**
                 * @description Public from exactly this time on (UTC).
                 * @example 2017-01-02T03:04:05
                 */
                L1PUBDAT?: string;
                /**
                 * @description Part of the frame's basename. Matches anywhere in the name, in any case.
                 * @example kb70-20160102
                 */
                basename?: string;
                /**
                 * @description The whole basename, in its own case.
                 * @example cpt1m010-kb70-20160102-0010-e00
                 */
                basename_exact?: string;
                /**
                 * @description Part of the target's name. Matches anywhere in the name, in any case. Matches as given or in its ASCII transliteration.
                 * @example NGC 253
                 */
                target_name?: string;
                /**
                 * @description The target's whole name, in its own case. Matches as given or in its ASCII transliteration.
                 * @example NGC 253
                 */
                target_name_exact?: string;
                /**
                 * @description true: only frames without a target name; false: only frames with one.
                 * @example true
                 */
                empty_target_name?: boolean;
                /**
                 * @description Exposed at least this long, in seconds.
                 * @example 30
                 */
                exposure_time?: number;
                /**
                 * @description The configuration type.
                 * @example EXPOSE
                 */
                configuration_type?: string;
                /**
                 * @description A configuration type to leave out; repeatable.
                 * @example [
                 *       "BIAS"
                 *     ]
                 */
                exclude_configuration_type?: string[];
                /**
                 * @description A configuration type to keep; repeatable.
                 * @example [
                 *       "DARK"
                 *     ]
                 */
                include_configuration_type?: string[];
                /**
                 * @description true: only science frames.
                 * @example true
                 */
                exclude_calibrations?: boolean;
                /**
                 * @description The proposal that owns the data.
                 * @example KEY2014A-002
                 */
                proposal_id?: string;
                /**
                 * @description The instrument (camera) code.
                 * @example kb70
                 */
                instrument_id?: string;
                /**
                 * @description The site code.
                 * @example coj
                 */
                site_id?: string;
                /**
                 * @description The telescope code.
                 * @example 1m0a
                 */
                telescope_id?: string;
                /**
                 * @description The filter or other primary optical element.
                 * @example rp
                 */
                primary_optical_element?: string;
                /**
                 * @description The observation.
                 * @example 1001
                 */
                observation_id?: number;
                /**
                 * @description The request.
                 * @example 2001
                 */
                request_id?: number;
                /**
                 * @description 0 is raw, 91 fully reduced.
                 * @example 91
                 */
                reduction_level?: number;
                /**
                 * @description One of these sites, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "coj,ogg"
                 *     ]
                 */
                site_id__in?: string[];
                /**
                 * @description One of these telescopes, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "1m0a,2m0a"
                 *     ]
                 */
                telescope_id__in?: string[];
                /**
                 * @description One of these instruments, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "kb70,fl05"
                 *     ]
                 */
                instrument_id__in?: string[];
                /**
                 * @description One of these optical elements, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "rp,ip"
                 *     ]
                 */
                primary_optical_element__in?: string[];
                /**
                 * @description Of one of these proposals, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "KEY2014A-002,LCO2016A-001"
                 *     ]
                 */
                proposal_id__in?: string[];
                /**
                 * @description One of these configuration types, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "BIAS,DARK"
                 *     ]
                 */
                configuration_type__in?: string[];
                /**
                 * @description One of these reduction levels, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "0,91"
                 *     ]
                 */
                reduction_level__in?: string[];
                /**
                 * @description Of one of these requests, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "2001,2002"
                 *     ]
                 */
                request_id__in?: string[];
                /**
                 * @description Of one of these observations, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "1001,1002"
                 *     ]
                 */
                observation_id__in?: string[];
                /**
                 * @description Modified after this time, not at it (UTC unless it names a zone): what a mirror follows. A change can be seen once it is committed, which is a little later than its time: ask from some minutes before the newest that was seen. Links between frames are those of the frame that was written last; a frame that becomes public as time passes, or is deleted, is not modified by that.
                 * @example 2016-01-05 03:04
                 */
                modified_after?: string;
                /**
                 * @description Modified before this time, not at it (UTC unless it names a zone).
                 * @example 2016-02-01
                 */
                modified_before?: string;
                /**
                 * @description The user who submitted the request (header USERID). Matches as given or in its ASCII transliteration.
                 * @example frodo
                 */
                submitter?: string;
                /**
                 * @description false: a user's own proposals' frames; for a superuser the frames that are not yet public; for an anonymous caller nothing.
                 * @example false
                 */
                public?: boolean;
                /**
                 * @description Only frames whose area covers this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.
                 * @example POINT(10.68 41.27)
                 */
                covers?: string;
                /**
                 * @description Only frames whose area meets this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.
                 * @example POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))
                 */
                intersects?: string;
                /**
                 * @description `RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.
                 * @example 350,-5,10,5
                 */
                box?: string;
                /**
                 * @description `RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`); a `+` in a query has to be sent as `%2B`, or left out.
                 * @example 00:42:44.3,41:16:09,0.5
                 */
                cone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of frames. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FramePage"];
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FrameInput"];
            };
        };
        responses: {
            /** @description The frame as it is now. */
            201: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenFrame"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesBulk: {
        parameters: {
            query?: {
                /**
                 * @description false: frames that get a version are not announced on the exchange, as when old ones are moved here.
                 * @example false
                 */
                announce?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /** @example {"basename":"cpt1m010-kb70-20160102-0010-e00","observation_day":"2016-01-02","configuration_type":"EXPOSE","area":null,"headers":{},"version_set":[],"related_frame_filenames":[]} */
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description What became of each line. */
            200: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /** @example {"line":2,"basename":null,"outcome":"refused","status":400,"errors":{"detail":"JSON parse error - …"}} */
                    "application/x-ndjson": string;
                };
            };
            /** @description The request cannot be read: what is wrong with a line is told in the answer. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid Host header."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesZip: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ZipRequest"];
            };
        };
        responses: {
            /** @description The ZIP; or for mod_zip its manifest: a line `CRC SIZE LOCATION NAME` for each file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may see none of the frames (no body then), `auth_token` is nobody's, or a file is missing from the store. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description If-Match or If-Unmodified-Since ask for something else than there is. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "What is stored is not what was asked for: it has changed."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such range. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stored file is damaged. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The stored file a.fits.fz is damaged: it cannot be unpacked."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesZipGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The signed list of the files.
                 * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_sg5k8w~ocs_archive_data-20160102-1~04
                 */
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The ZIP. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description If-Match or If-Unmodified-Since ask for something else than there is. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "What is stored is not what was asked for: it has changed."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such range. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stored file is damaged. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The stored file a.fits.fz is damaged: it cannot be unpacked."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesAggregate: {
        parameters: {
            query?: {
                /**
                 * @description Only frames whose id is greater than this.
                 * @example 3740
                 */
                id__gt?: number;
                /**
                 * @description Only frames whose id is less than this.
                 * @example 3740
                 */
                id__lt?: number;
                /**
                 * @description Observed at or after this time (UTC unless it names a zone; cut to the minute). With `end`, at most 365 days apart unless `counts=true`.
                 * @example 2016-01-01T00:00:00Z
                 */
                start?: string;
                /**
                 * @description Observed before this time (UTC unless it names a zone; cut to the minute).
                 * @example 2016-06-01T00:00:00Z
                 */
                end?: string;
                /**
                 * @description Observed at exactly this time (UTC).
                 * @example 2016-01-02T03:04:05.678
                 */
                DATE_OBS?: string;
                /**
                 * @description The observing day: the date of the night.
                 * @example 2016-01-02
                 */
                dayobs?: string;
                /**
                 * @description Public from exactly this time on (UTC).
                 * @example 2017-01-02T03:04:05
                 */
                L1PUBDAT?: string;
                /**
                 * @description Part of the frame's basename. Matches anywhere in the name, in any case.
                 * @example kb70-20160102
                 */
                basename?: string;
                /**
                 * @description The whole basename, in its own case.
                 * @example cpt1m010-kb70-20160102-0010-e00
                 */
                basename_exact?: string;
                /**
                 * @description Part of the target's name. Matches anywhere in the name, in any case. Matches as given or in its ASCII transliteration.
                 * @example NGC 253
                 */
                target_name?: string;
                /**
                 * @description The target's whole name, in its own case. Matches as given or in its ASCII transliteration.
                 * @example NGC 253
                 */
                target_name_exact?: string;
                /**
                 * @description true: only frames without a target name; false: only frames with one.
                 * @example true
                 */
                empty_target_name?: boolean;
                /**
                 * @description Exposed at least this long, in seconds.
                 * @example 30
                 */
                exposure_time?: number;
                /**
                 * @description Only frames of this configuration type.
                 * @example EXPOSE
                 */
                configuration_type?: string;
                /**
                 * @description A configuration type to leave out; repeatable.
                 * @example [
                 *       "BIAS"
                 *     ]
                 */
                exclude_configuration_type?: string[];
                /**
                 * @description A configuration type to keep; repeatable.
                 * @example [
                 *       "DARK"
                 *     ]
                 */
                include_configuration_type?: string[];
                /**
                 * @description true: only science frames.
                 * @example true
                 */
                exclude_calibrations?: boolean;
                /**
                 * @description Only frames of this proposal id.
                 * @example KEY2014A-002
                 */
                proposal_id?: string;
                /**
                 * @description Only frames of this instrument id.
                 * @example fs02
                 */
                instrument_id?: string;
                /**
                 * @description Only frames of this site id.
                 * @example ogg
                 */
                site_id?: string;
                /**
                 * @description Only frames of this telescope id.
                 * @example 2m0a
                 */
                telescope_id?: string;
                /**
                 * @description Only frames of this primary optical element.
                 * @example rp
                 */
                primary_optical_element?: string;
                /**
                 * @description The observation.
                 * @example 1001
                 */
                observation_id?: number;
                /**
                 * @description The request.
                 * @example 2001
                 */
                request_id?: number;
                /**
                 * @description 0 is raw, 91 fully reduced.
                 * @example 91
                 */
                reduction_level?: number;
                /**
                 * @description One of these sites, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "coj,ogg"
                 *     ]
                 */
                site_id__in?: string[];
                /**
                 * @description One of these telescopes, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "1m0a,2m0a"
                 *     ]
                 */
                telescope_id__in?: string[];
                /**
                 * @description One of these instruments, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "kb70,fl05"
                 *     ]
                 */
                instrument_id__in?: string[];
                /**
                 * @description One of these optical elements, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "rp,ip"
                 *     ]
                 */
                primary_optical_element__in?: string[];
                /**
                 * @description Of one of these proposals, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "KEY2014A-002,LCO2016A-001"
                 *     ]
                 */
                proposal_id__in?: string[];
                /**
                 * @description One of these configuration types, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "BIAS,DARK"
                 *     ]
                 */
                configuration_type__in?: string[];
                /**
                 * @description One of these reduction levels, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "0,91"
                 *     ]
                 */
                reduction_level__in?: string[];
                /**
                 * @description Of one of these requests, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "2001,2002"
                 *     ]
                 */
                request_id__in?: string[];
                /**
                 * @description Of one of these observations, comma-separated or repeated; at most 100 values.
                 * @example [
                 *       "1001,1002"
                 *     ]
                 */
                observation_id__in?: string[];
                /**
                 * @description Modified after this time, not at it (UTC unless it names a zone): what a mirror follows. A change can be seen once it is committed, which is a little later than its time: ask from some minutes before the newest that was seen. Links between frames are those of the frame that was written last; a frame that becomes public as time passes, or is deleted, is not modified by that.
                 * @example 2016-01-05 03:04
                 */
                modified_after?: string;
                /**
                 * @description Modified before this time, not at it (UTC unless it names a zone).
                 * @example 2016-02-01
                 */
                modified_before?: string;
                /**
                 * @description The user who submitted the request (header USERID). Matches as given or in its ASCII transliteration.
                 * @example frodo
                 */
                submitter?: string;
                /**
                 * @description true: public frames too; false or absent: only the caller's own frames that are not public yet. Without any parameter: everything visible.
                 * @example true
                 */
                public?: boolean;
                /**
                 * @description Only frames whose area covers this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.
                 * @example POINT(10.68 41.27)
                 */
                covers?: string;
                /**
                 * @description Only frames whose area meets this geometry. WKT, EWKT, GeoJSON or hexadecimal WKB; longitude is RA and latitude Dec, both in degrees (ICRS). RA may be given in 0…360 or -180…180; a declination beyond ±90 is refused, and a ring that goes round in RA more than once. Edges are great circles, the shorter way round: two corners of the same declination are not joined along the parallel. The inside of a ring is the smaller of its two sides, whichever way it runs, and may be as wide as half of the sky. For a box in RA and Dec use `box`.
                 * @example POLYGON((10 41, 10 42, 11 42, 11 41, 10 41))
                 */
                intersects?: string;
                /**
                 * @description `RA1,DEC1,RA2,DEC2` in degrees (ICRS): only frames whose area meets this box, which reaches from RA1 eastwards to RA2 and from DEC1 up to DEC2. Its edges are meridians and parallels, at any width: `350,-5,10,5` lies across RA 0, `0,80,360,90` is the cap about the pole.
                 * @example 350,-5,10,5
                 */
                box?: string;
                /**
                 * @description `RA,DEC,RADIUS` (ICRS): only frames whose area meets the circle about this place, with a radius in degrees on the sphere, above 0 and at most 180 (everything). RA in degrees or hours (`00:42:44.3`, `00h42m44.3s`), DEC in degrees (also `+41:16:09`, `+41d16m09s`); a `+` in a query has to be sent as `%2B`, or left out.
                 * @example 00:42:44.3,41:16:09,0.5
                 */
                cone?: string;
                /**
                 * @description true: add how many frames have each value, of a range of any length.
                 * @example true
                 */
                counts?: boolean;
                /**
                 * @description Give up after this many milliseconds; 0: the archive decides.
                 * @example 10000
                 */
                query_timeout?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The distinct values. */
            200: {
                headers: {
                    /**
                     * @description The mark of these values, for If-None-Match.
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description How long the answer may be kept, in seconds, and by whom.
                     * @example max-age=60
                     */
                    "Cache-Control"?: string;
                    /**
                     * @description What the answer depends on.
                     * @example Cookie, Authorization
                     */
                    Vary?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Aggregates"];
                };
            };
            /** @description The same as the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesGet: {
        parameters: {
            query?: {
                /**
                 * @description false: leave the ids of related frames out.
                 * @example false
                 */
                include_related_frames?: boolean;
                /**
                 * @description true: add each frame's thumbnails.
                 * @example true
                 */
                include_thumbnails?: boolean;
                /**
                 * @description true: say of each frame when it was last modified.
                 * @example true
                 */
                include_modified?: boolean;
                /**
                 * @description The format of the answer; there is one: `json`.
                 * @example json
                 */
                format?: "json";
            };
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The frame. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"];
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FrameInput"];
            };
        };
        responses: {
            /** @description The frame as it is now. */
            200: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenFrame"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The frame is gone. */
            204: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesPatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FrameChange"];
            };
        };
        responses: {
            /** @description The frame as it is now. */
            200: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenFrame"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesRelated: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The related frames. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Frame"][];
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesHeaders: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The header. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Headers"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesFunpack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The unpacked FITS file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description If-Match or If-Unmodified-Since ask for something else than there is. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "What is stored is not what was asked for: it has changed."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such range. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stored file is damaged. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The stored file a.fits.fz is damaged: it cannot be unpacked."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    framesCatalog: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the frame.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The catalogue. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description If-Match or If-Unmodified-Since ask for something else than there is. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "What is stored is not what was asked for: it has changed."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such range. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A stored file is damaged. */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The stored file a.fits.fz is damaged: it cannot be unpacked."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsList: {
        parameters: {
            query?: {
                /**
                 * @description Results a page (100 unless the archive is configured otherwise); more than the archive allows (1000) is cut silently to what it allows.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description How many results to pass over.
                 * @example 200
                 */
                offset?: number;
                /**
                 * @description The format of the answer; there is one: `json`.
                 * @example json
                 */
                format?: "json";
                /**
                 * @description true: count exactly however long it takes; else a large count may be estimated.
                 * @example true
                 */
                force_count?: boolean;
                /**
                 * @description Only thumbnails of the frame of this basename.
                 * @example cpt1m010-kb70-20160102-0010-e91
                 */
                frame_basename?: string;
                /**
                 * @description Only thumbnails of frames of this proposal.
                 * @example KEY2014A-002
                 */
                proposal_id?: string;
                /**
                 * @description Only thumbnails of frames of this observation.
                 * @example 1001
                 */
                observation_id?: number;
                /**
                 * @description Only thumbnails of frames of this request.
                 * @example 2001
                 */
                request_id?: number;
                /**
                 * @description Only thumbnails of this size.
                 * @example small
                 */
                size?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of thumbnails. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ThumbnailPage"];
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsCreate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThumbnailInput"];
            };
        };
        responses: {
            /** @description The thumbnail, with its frame. */
            201: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WrittenThumbnail"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the thumbnail.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The thumbnail. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thumbnail"];
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsUpdate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the thumbnail.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThumbnailInput"];
            };
        };
        responses: {
            /** @description The thumbnail as it is now. */
            200: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thumbnail"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsDelete: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the thumbnail.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The thumbnail is gone. */
            204: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    thumbnailsPatch: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the thumbnail.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThumbnailChange"];
            };
        };
        responses: {
            /** @description The thumbnail as it is now. */
            200: {
                headers: {
                    /**
                     * @description Where there is a replica: sent back with reads of the next minute, these know of the write.
                     * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_jWzE2Nzc3MjE2LDE3NjcyMjU2MDBd
                     */
                    "X-Archive-Position"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Thumbnail"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    versionsList: {
        parameters: {
            query?: {
                /**
                 * @description Results a page (100 unless the archive is configured otherwise); more than the archive allows (1000) is cut silently to what it allows.
                 * @example 100
                 */
                limit?: number;
                /**
                 * @description How many results to pass over.
                 * @example 200
                 */
                offset?: number;
                /**
                 * @description The format of the answer; there is one: `json`.
                 * @example json
                 */
                format?: "json";
                /**
                 * @description true: count exactly however long it takes; else a large count may be estimated.
                 * @example true
                 */
                force_count?: boolean;
                /**
                 * @description Only the version of this MD5: how an ingester learns whether a file is in the archive.
                 * @example 1930de44d51464786f31ca37ee3136ff
                 */
                md5?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page of versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    versionsKnown: {
        parameters: {
            query?: {
                /**
                 * @description An MD5; as many as the address has room for, which is some four hundred.
                 * @example [
                 *       "1930de44d51464786f31ca37ee3136ff"
                 *     ]
                 */
                md5?: string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions that there are. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownVersions"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    versionsGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the version.
                 * @example 4
                 */
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Version"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    filesGet: {
        parameters: {
            query?: {
                /**
                 * @description The key of an older version; the newest otherwise.
                 * @example b7a2e9baf70d9c6dcca08ad7071858aa
                 */
                version?: string;
                /**
                 * @description Until when the signature is valid, in seconds since 1970.
                 * @example 1767225600
                 */
                expires?: number;
                /**
                 * @description The signature of path, version and expiry.
                 * @example dGhpcyBpcyBub3QgYSBzaWduYXR1cmU_
                 */
                signature?: string;
            };
            header?: never;
            path: {
                /**
                 * @description The path of the file; it holds slashes.
                 * @example cpt/kb70/20160102/raw/cpt1m010-kb70-20160102-0010-e00.fits.fz
                 */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The range that was asked for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description What the client has is current. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such thing for this caller. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Not found."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description If-Match or If-Unmodified-Since ask for something else than there is. */
            412: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "What is stored is not what was asked for: it has changed."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description There is no such range. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    authProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    authToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Login"];
            };
        };
        responses: {
            /** @description The token. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Token"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    authRevoke: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The token is replaced. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    authAddUpdateUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PortalUser"];
            };
        };
        responses: {
            /** @description The user is created or updated. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description A parameter or the body cannot be used. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "start": [
                     *         "Enter a valid date/time."
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Refusal"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is larger than 16 KB for credentials, 256 KB for a ZIP, or 10 MB for a record. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The body is larger than 10 MB."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The body is neither JSON nor a form. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Unsupported media type \"text/csv\" in request."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    root: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The address of each collection. */
            200: {
                headers: {
                    /**
                     * @description What the answer depends on.
                     * @example Accept
                     */
                    Vary?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Collections"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It does. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": "ok";
                };
            };
        };
    };
    healthReady: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It can. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "ready",
                     *       "services": {
                     *         "database": {
                     *           "ok": true,
                     *           "needed": true,
                     *           "ms": 2
                     *         },
                     *         "files": {
                     *           "ok": true,
                     *           "needed": false,
                     *           "ms": 9
                     *         },
                     *         "messages": {
                     *           "ok": false,
                     *           "needed": false,
                     *           "ms": 400
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
            /** @description It cannot, or is about to stop. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "status": "draining",
                     *       "services": {
                     *         "database": {
                     *           "ok": true,
                     *           "needed": true,
                     *           "ms": 2
                     *         }
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Readiness"];
                };
            };
        };
    };
    adminStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is as follows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The caller may not do this; or a browser that is signed in was made to ask by another site. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "You do not have permission to perform this action."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
    openapi: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The document. */
            200: {
                headers: {
                    /**
                     * @description The mark of this content, for If-None-Match.
                     * @example "5d41402abc4b2a76b9719d911017c592"
                     */
                    ETag?: string;
                    /**
                     * @description How long the answer may be kept, in seconds.
                     * @example public, max-age=300
                     */
                    "Cache-Control"?: string;
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
            /** @description The same as the ETag in If-None-Match. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The credentials are missing or not valid. */
            401: {
                headers: {
                    /**
                     * @description How to say who one is.
                     * @example Token
                     */
                    "WWW-Authenticate"?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Invalid token."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description Too many requests; or searches that took more of the database's time than one address or user has. */
            429: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "Request was throttled. Expected available in 30 seconds."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The archive failed; the request may be sent again. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The archive failed. The fault is in its log."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
            /** @description The database, the file store or the Observation Portal cannot be reached, a query took too long (an anonymous search may take 10 seconds, that of a user 30, unless the archive is configured otherwise), or the archive is busy. */
            503: {
                headers: {
                    /**
                     * @description After how many seconds it is worth while to try again.
                     * @example 30
                     */
                    "Retry-After"?: number;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "detail": "The database cannot be reached. Try again shortly."
                     *     }
                     */
                    "application/json": components["schemas"]["Detail"];
                };
            };
        };
    };
}
